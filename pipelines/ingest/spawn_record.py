"""One spawn as any orchestrator can tell it: the record format, and what every other format is read into."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from pipelines.ingest.values import MAX_COUNT, MAX_INTEGER, identifier


def _as_utc(value: Any) -> Any:
    """Take a time without a zone for UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


def _is_told(value: str) -> str:
    if not identifier(value):
        raise ValueError("blank")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_as_utc), AfterValidator(_in_utc)]
Text = Annotated[str, Field(max_length=10_000_000)]
Name = Annotated[str, Field(max_length=1_000)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class SpawnRecord(BaseModel):
    """A spawn of an agent: what was asked of which agent and model, how it went, what it cost.

    Only `id`, `agent`, `task` and `spawned_at` are needed. A record with the id of an earlier one adds to it: what it
    states replaces, what it leaves out stays. Fields that are not listed here are ignored.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    id: Annotated[Name, AfterValidator(_is_told)] = Field(
        min_length=1, description="Names the spawn; unique among all records of one orchestrator."
    )
    agent: Name = Field(min_length=1, description="The agent that was spawned.")
    task: Text = Field(description="What it was asked to do: the prompt.")
    spawned_at: Moment = Field(description="ISO 8601; without a zone it is UTC.")
    title: Text = Field(default="", description="A short description of the task, where there is one.")
    finished_at: Moment | None = None
    project: Name | None = Field(default=None, description="Folder that it worked in, by its whole path.")
    repository: Name | None = Field(default=None, description="The folder's repository: its URL, or host/owner/name.")
    user: Name | None = Field(default=None, description="Who ran the orchestrator.")
    host: Name | None = Field(default=None, description="The machine that it ran on.")
    session_id: Name | None = Field(default=None, description="Conversation of the one that spawned it.")
    parent_id: Name | None = Field(default=None, description="`id` of the spawn within which this one was made.")
    call_id: Name | None = Field(
        default=None, description="The call that spawned it, where `id` is another: hooks' name."
    )
    model: Name | None = Field(default=None, description="The model that did the work.")
    model_requested: Name | None = Field(default=None, description="The model that was asked for, if any was.")
    model_parent: Name | None = Field(default=None, description="The model of the one that spawned it.")
    effort: Name | None = Field(default=None, description="How hard the model was set to think, as low or high.")
    effort_requested: Name | None = Field(default=None, description="The effort that was asked for, if any was.")
    status: Name | None = Field(default=None, description="As the orchestrator calls it; it is not an outcome.")
    success: bool | None = Field(
        default=None,
        description="Whether the task was done well, by your own account; null where nobody knows.",
    )
    error: Text | None = Field(default=None, description="The message where it ended in an error.")
    duration_ms: Count | None = None
    tool_uses: Annotated[int, Field(ge=0, le=MAX_INTEGER)] | None = None
    input_tokens: Count | None = Field(default=None, description="Without those read from or written to a cache.")
    output_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    cost_usd: float | None = Field(default=None, ge=0, description="Computed from the tokens where it is left out.")
    decision_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{32,36}$")] | None = Field(
        default=None, description="`decision_id` of the recommendation that chose the model."
    )
    propensity: float | None = Field(default=None, gt=0, le=1, description="Probability with which it was chosen.")
    signals: tuple[Name, ...] = Field(
        default=(),
        max_length=50,
        description="Signs of how it went, by the names in outcome_rules.csv; your own account too.",
    )
    writer_version: Name | None = None


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of the record format."""
    return SpawnRecord.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
