"""A sighting of a spawn as columns of task_history, joined with what the row says already."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.costs import total_cost
from pipelines.ingest.formats.reading import Sighting
from pipelines.ingest.prices import Usage
from pipelines.ingest.redaction import redact_further, redact_stored
from pipelines.ingest.rows import task_id
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.values import identifier, name
from recommender.models import model_family
from recommender.task_text import task_text

MAX_ERROR = 500
# What was asked: where two logs tell of one spawn, the one who asked is believed.
ASKED = {
    "created_at",
    "project",
    "session_id",
    "parent_task_id",
    "task_title",
    "task_description",
    "task_hash",
    "agent_used",
    "model_requested",
    "model_parent",
    "effort_requested",
}


def spawn_columns(source: str, record: SpawnRecord) -> dict[str, Any]:
    """Return what the record says, redacted; what it leaves out is missing."""
    task = redact_further(task_text(record.title, record.task))
    columns = {
        "id": task_id(source, identifier(record.id)),
        "source": source,
        "source_key": identifier(record.id),
        "created_at": record.spawned_at,
        "finished_at": record.finished_at,
        "project": name(record.project),
        "session_id": identifier(record.session_id),
        "parent_task_id": task_id(source, identifier(record.parent_id)) if record.parent_id else None,
        "task_title": redact_stored(" ".join(record.title.replace("\0", "").split())),
        "task_description": task,
        "task_hash": hashlib.sha256(task.encode()).hexdigest() if task else None,
        "agent_used": name(record.agent) or "unknown",
        "model_resolved": name(record.model),
        "model_requested": name(record.model_requested),
        "model_parent": name(record.model_parent),
        "effort_used": name(record.effort),
        "effort_requested": name(record.effort_requested),
        "status": name(record.status),
        "is_error": True if record.error is not None else None,
        "error_message": redact_stored((record.error or "").replace("\0", ""))[:MAX_ERROR],
        "duration_ms": _duration(record),
        "tool_uses": record.tool_uses,
        "input_tokens": record.input_tokens,
        "output_tokens": record.output_tokens,
        "cache_read_tokens": record.cache_read_tokens,
        "cache_write_tokens": record.cache_write_tokens,
        "cost_usd": record.cost_usd if record.cost_usd is not None else _cost(record),
        "writer_version": name(record.writer_version),
    }
    return {column: value for column, value in columns.items() if value is not None and value != ""}


def joined(held: Mapping[str, Any], sighting: Sighting, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row after a sighting: its word counts, but on what was asked only if it is the asker's own."""
    held = {column: value for column, value in held.items() if value is not None and value != ""}
    kept = {} if sighting.is_own_word else {column: held[column] for column in ASKED & held.keys()}
    row = {**held, **told, **kept}
    row["task_title"] = row.get("task_title", "")
    row["task_description"] = row.get("task_description") or row["task_title"] or row["agent_used"]
    row["task_hash"] = hashlib.sha256(row["task_description"].encode()).hexdigest()
    row["is_error"] = row.get("is_error", False)
    row["is_cost_complete"] = "cost_usd" in row and "finished_at" in row
    model, row["model_source"] = next(
        (row[column], seen)
        for column, seen in (
            ("model_resolved", "observed"),
            ("model_requested", "requested"),
            ("model_parent", "parent"),
            ("agent_used", "unknown"),
        )
        if column in row
    )
    row["model_used"] = None if row["model_source"] == "unknown" else model_family(model)
    return row


def decision_of(record: SpawnRecord) -> tuple[uuid.UUID | None, float | None]:
    """Return (decision id, propensity) where the record names a decision."""
    try:
        return (uuid.UUID(record.decision_id) if record.decision_id else None), record.propensity
    except ValueError:
        return None, record.propensity


def _duration(record: SpawnRecord) -> int | None:
    if record.duration_ms is not None or record.finished_at is None:
        return record.duration_ms
    return max(0, round((record.finished_at - record.spawned_at).total_seconds() * 1000))


def _cost(record: SpawnRecord) -> float | None:
    if record.model is None or record.input_tokens is None or record.output_tokens is None:
        return None
    at_ms = round(record.spawned_at.timestamp() * 1000)
    read, written = record.cache_read_tokens or 0, record.cache_write_tokens or 0
    usage = Usage(record.input_tokens, record.output_tokens, read, written, 0)
    return total_cost(record.model, at_ms, usage, None if record.tool_uses is None else record.tool_uses + 1)
