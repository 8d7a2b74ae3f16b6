"""The lines of the journal, checked."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, RootModel, ValidationError

from pipelines.ingest.stored_redaction import redact_forms, redact_stored
from pipelines.ingest.values import CLOCK_SKEW
from recommender.journal.notes import MAX_NAME
from recommender.text.redaction import redact_id

# Postgres stores no NUL; a line may have been written by somebody else's program, secrets and all.
Text = Annotated[str, AfterValidator(lambda text: redact_stored(text.replace("\0", "")))]
Name = Annotated[str, AfterValidator(lambda text: redact_forms(text.replace("\0", ""))), Field(max_length=MAX_NAME)]
Id = Annotated[str, AfterValidator(lambda text: _id(text.replace("\0", ""))), Field(max_length=MAX_NAME)]
Milliseconds = Annotated[int, Field(ge=0, lt=2**53)]
Share = Annotated[float, Field(gt=0, le=1)]


def _id(text: str) -> str:
    return redact_id(text, redact_forms(text))


class Decision(BaseModel):
    """What the recommender answered, and what became of it as far as it knows."""

    kind: Literal["decision"]
    at: AwareDatetime
    decision_id: UUID
    task_hash: Name | None = None
    agent: Name | None = None
    asked_model: Name | None = None
    asked_effort: Name | None = None
    answered_model: Name
    answered_effort: Name | None = None
    applied_model: Name | None = None
    applied_effort: Name | None = None
    obstacle: Name | None = None
    answer_source: Name
    is_change: bool | None = None
    baseline_model: Name | None = None
    baseline_source: Name | None = None
    baseline_effort: Name | None = None
    work_type: Name | None = None
    trial_id: Name | None = None
    trial_arm: Literal["candidate", "baseline"] | None = None
    reason: Text | None = None
    mode: Name | None = None
    cluster_id: int | None = None
    snapshot_version: Name | None = None
    propensity: Share = 1.0
    success_rate: float | None = Field(default=None, ge=0, le=1)
    expected_cost_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    latency_ms: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    session_id: Id | None = None
    tool_use_id: Id | None = None


class Recorded(BaseModel):
    """A spawn of an orchestrator that leaves no transcript."""

    kind: Literal["record"]
    at: AwareDatetime
    record_id: Id = Field(min_length=1)
    task_title: Text = ""
    task_description: Text = Field(min_length=1)
    agent: Name = Field(min_length=1)
    model: Name = Field(min_length=1)
    effort: Name | None = None
    success: bool | None = None
    duration_ms: Milliseconds | None = None
    error_message: Text | None = None
    cost_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    session_id: Id | None = None
    parent_id: Id | None = None
    decision_id: UUID | None = None


class Feedback(BaseModel):
    """What a person says of a task."""

    kind: Literal["feedback"]
    at: AwareDatetime
    target: Id = Field(min_length=1)
    is_good: bool
    remark: Text | None = None


class Stop(BaseModel):
    """An agent has stopped."""

    kind: Literal["stop"]
    at: AwareDatetime
    session_id: Id | None = None
    agent_run_id: Id | None = None
    agent: Name | None = None
    resolved_model: Name | None = None


Event = Decision | Recorded | Feedback | Stop
_EARLIEST, _LATEST = 2020, 2100


class Line(RootModel[Event]):
    """Any of them, told apart by `kind`."""

    root: Event = Field(discriminator="kind")


def read_event(line: bytes) -> Event:
    """Return the event of a line; raise `ValueError` with a reason that quotes nothing of it."""
    try:
        event = Line.model_validate_json(line).root
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)[:3]
        where = ", ".join(f"{'.'.join(map(str, detail['loc'])) or 'line'}: {detail['type']}" for detail in details)
        raise ValueError(where) from None
    if not _EARLIEST <= event.at.year < _LATEST:
        raise ValueError("at: out of range")
    # The time of a recorded spawn is judged in the history. Of the others, one of the future would be the newest word.
    if not isinstance(event, Recorded) and event.at > datetime.now(UTC) + CLOCK_SKEW:
        raise ValueError("at: in the future")
    return event


def started_at(event: Recorded) -> datetime:
    """Return when a recorded task began: it is recorded at its end."""
    return event.at - timedelta(milliseconds=min(event.duration_ms or 0, 10**10))
