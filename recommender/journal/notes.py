"""What happened here, appended to a local file; the nightly run loads it. Nothing on the spawn path waits for it."""

import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.efforts import LEVELS, effort_level
from recommender.errors import SpawnwiseError
from recommender.home import append, journal_folder, private_folder
from recommender.text.redaction import redact, redact_id
from recommender.text.task_text import task_text, text_hash

if TYPE_CHECKING:
    from recommender.recommendation import Recommendation


class RecordError(SpawnwiseError, ValueError):
    """A record has values that no spawn has."""


class NothingNotedError(SpawnwiseError, LookupError):
    """Nothing has been decided or recorded here yet."""


CALLED_AGAIN_WITHIN = timedelta(minutes=10)  # after a hook denied the call and asked for another
_TITLE_CHARACTERS = 200
_BLOCK_BYTES = 64 * 1024
MAX_NAME = 500  # characters
MAX_DAYS = 36_500  # a hundred years: no more is known, and a date so far back can still be named
# Anything may stand in what a caller gives; an id is random by nature, and only loses secrets of a known form.
_GIVEN_NAMES = ("agent", "model", "asked_model", "applied_model", "resolved_model", "reason")
_GIVEN_IDS = ("session_id", "tool_use_id", "agent_run_id", "record_id", "parent_id", "decision_id", "target")


_OF_NO_SECRET = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a UUID, as most ids are


@lru_cache(maxsize=1024)
def _redacted(name: str) -> str:
    """Redact a name or a reason: the same few come again and again."""
    return redact(name)


def _redacted_id(given: str) -> str:
    return given if _OF_NO_SECRET.fullmatch(given) else redact_id(given)


def note(kind: str, **fields: Any) -> None:
    """Append one event to the file of its month; raise `OSError` where it cannot be kept."""
    now = datetime.now(UTC)
    for names, clean in ((_GIVEN_NAMES, _redacted), (_GIVEN_IDS, _redacted_id)):
        fields |= {name: clean(fields[name]) for name in names if isinstance(fields.get(name), str)}
    line = json.dumps({"kind": kind, "at": now.isoformat(), **fields}, allow_nan=False) + "\n"
    folder = journal_folder()
    path = f"{folder}/{now:%Y-%m}.jsonl"  # a str: pathlib costs more than all else here
    try:
        append(path, line.encode())
    except FileNotFoundError:
        private_folder(folder)
        append(path, line.encode())


def note_decision(recommendation: "Recommendation", text: str, *, mode: str = "library", **spawn: str | None) -> None:
    """Note a decision and what is known of its spawn; a decision that cannot be noted is still a decision.

    The task itself is not noted, only the hash of its text: the same that the nightly run finds in the logs.
    """
    try:
        note(
            "decision",
            decision_id=recommendation.decision_id,
            task_hash=text_hash(text),
            agent=recommendation.agent,
            answered_model=recommendation.model,
            answered_effort=recommendation.effort,
            answer_source=recommendation.source,
            reason=recommendation.reason,
            is_change=recommendation.is_change,
            baseline_model=recommendation.baseline_model,
            baseline_source=recommendation.baseline_source,
            baseline_effort=recommendation.baseline_effort,
            work_type=recommendation.work_type,
            trial_id=recommendation.trial_id,
            trial_arm=recommendation.trial_arm,
            cluster_id=recommendation.cluster_id,
            snapshot_version=recommendation.snapshot_version,
            propensity=recommendation.propensity,
            success_rate=recommendation.success_rate,
            expected_cost_usd=recommendation.expected_cost_usd,
            latency_ms=recommendation.latency_ms,
            problem=recommendation.problem,
            mode=mode,
            **spawn,
        )
    except (OSError, ValueError):
        return


def note_call_again(
    agent: str, text: str, model: str | None, effort: str | None, *, session_id: str | None, tool_use_id: str | None
) -> bool:
    """Tell whether a hook has asked for this call when it denied another; then it is noted as that decision's call.

    It is where the session, the agent, the text and the `model` or `effort` in the call are those of the denial. Never
    raises.
    """
    if not session_id or not (model or effort):
        return False
    same = {"mode": "enforce", "session_id": _redacted_id(session_id), "agent": _redacted(agent)}
    try:
        denied = _denied(same | {"task_hash": text_hash(text)}, model)
        if denied:
            note(**denied | {"tool_use_id": tool_use_id, "is_call_again": True})
    except (OSError, ValueError):
        return False
    return denied is not None


def _denied(same: dict[str, str], model: str | None) -> dict[str, Any] | None:
    """Return the newest decision on such a call whose model was asked for, and has not come yet."""
    since = (datetime.now(UTC) - CALLED_AGAIN_WITHIN).isoformat()
    come = set()
    for event in takewhile(lambda event: str(event.get("at")) >= since, _newest_first()):
        asked, decision = event.get("applied_model"), event.get("decision_id")
        if event.get("is_call_again"):
            come.add(decision)
        elif (
            asked
            and asked == (model or event.get("baseline_model"))
            and decision not in come
            and same.items() <= event.items()
        ):
            return {name: value for name, value in event.items() if name != "at"}
    return None


def record(
    task: str,
    agent: str,
    model: str,
    *,
    success: bool | None = None,
    duration_ms: int | None = None,
    error_message: str | None = None,
    cost_usd: float | None = None,
    session_id: str | None = None,
    parent_id: str | None = None,
    decision_id: str | None = None,
    record_id: str | None = None,
    effort: str | None = None,
) -> str:
    """Note a spawn of an orchestrator that leaves no transcript, and return its id.

    `effort` is the one that it was spawned with, as low or high, if any was named. A record with the same `record_id`
    (else the same `decision_id`) replaces the earlier one. Raises `RecordError` for values that no spawn has, and
    `OSError` where it cannot be kept.
    """
    text = task_text(task)
    if not text or not agent.strip() or not model.strip():
        raise RecordError("A record needs a task, an agent and a model.")
    if (duration_ms is not None and not 0 <= duration_ms < 2**53) or not 0 <= (cost_usd or 0) < float("inf"):
        raise RecordError("A record's duration and cost are numbers from 0 up.")
    if any(len(name) > MAX_NAME for name in (agent, model, session_id, parent_id, record_id) if name):
        raise RecordError(f"A record's names and ids have at most {MAX_NAME} characters.")
    if decision_id and not _is_uuid(decision_id):
        raise RecordError("The decision_id is the one that a recommendation gave, a UUID.")
    if effort and not effort_level(effort):
        raise RecordError(f"A record's effort is one of {', '.join(LEVELS)}.")
    key = _redacted_id(record_id or decision_id or str(uuid.uuid4()))
    note(
        "record",
        record_id=key,
        task_title=text[:_TITLE_CHARACTERS],
        task_description=text,
        agent=agent.strip(),
        model=model.strip(),
        effort=effort_level(effort) or None,
        success=success,
        duration_ms=duration_ms,
        error_message=task_text(error_message) if error_message else None,
        cost_usd=cost_usd,
        session_id=session_id,
        parent_id=parent_id,
        decision_id=decision_id,
    )
    return key


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def feedback(target: str, *, is_good: bool, remark: str | None = None) -> str:
    """Note what a person says of a task and return its id: the newest word on it stands.

    `target` is the id of a record, a decision or a tool call, or `last` for the newest of these. Raises
    `NothingNotedError` where nothing has been decided or recorded yet.
    """
    if target == "last":
        target = last_id()
    target = _redacted_id(target)
    note("feedback", target=target, is_good=is_good, remark=task_text(remark) if remark else None)
    return target


def last_id() -> str:
    """Return the id of the newest record or decision; raise `NothingNotedError` where there is none."""
    for event in _newest_first():
        found = event.get("record_id") or event.get("tool_use_id") or event.get("decision_id")
        if event.get("kind") in ("record", "decision") and found:
            return str(found)
    raise NothingNotedError("Nothing has been decided or recorded here yet: name the task by its id.")


def decision_counts(days: int = 30) -> list[dict[str, Any]]:
    """Return how many decisions were noted in the last `days` days, per mode and model, and how many applied."""
    since = (datetime.now(UTC) - timedelta(days=min(days, MAX_DAYS))).isoformat()
    found = (event for event in _newest_first() if event.get("kind") == "decision" and str(event.get("at")) >= since)
    noted = {event.get("decision_id"): event for event in found}.values()  # once, though its call may have come again
    decided = Counter((event.get("mode"), event.get("answered_model")) for event in noted)
    applied = Counter((event.get("mode"), event.get("applied_model")) for event in noted)
    return [
        {"mode": mode, "model": model, "decisions": count, "applied": applied[mode, model]}
        for (mode, model), count in decided.most_common()
    ]


def journal_files() -> list[Path]:
    """Return the files of the journal, the oldest first."""
    return sorted(path for path in journal_folder().glob("????-??.jsonl") if path.is_file())


def _newest_first() -> Iterator[dict[str, Any]]:
    for path in reversed(journal_files()):
        for line in _lines_from_the_end(path):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event


def _lines_from_the_end(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, the last one first; read no more of it than is asked for."""
    with path.open("rb") as file:
        rest, unread = b"", file.seek(0, os.SEEK_END)
        while unread:
            size = min(_BLOCK_BYTES, unread)
            unread -= size
            file.seek(unread)
            rest, *lines = (file.read(size) + rest).split(b"\n")
            yield from reversed(lines)
        yield rest
