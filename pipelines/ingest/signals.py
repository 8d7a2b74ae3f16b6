"""The signs of how a spawn went, as rows of outcome_signals."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pipelines.ingest.facts import Facts
from pipelines.ingest.values import moment


class Signal(NamedTuple):
    """One row of learning.outcome_signals."""

    task_id: uuid.UUID
    signal: str
    strength: float
    evidence_file: str
    evidence_line: int
    observed_at: datetime | None


def task_signals(task: uuid.UUID, facts: Facts) -> Iterator[Signal]:
    """Yield the signals in all facts about a spawn; `no_result` where it never ended."""
    found: dict[str, list[list[object]]] = {kind: [sight] for kind, sight in facts.get("signals", {}).items()}
    for _, at_ms, end in facts.get("ends", {}).values():
        found.setdefault(end["signal"], []).append([at_ms, end.get("file", ""), end["line"], 1.0])
    for kind, sights in found.items():
        at_ms, file, line, strength = min(sights)
        yield Signal(task, kind, float(strength), str(file), int(line), moment(int(at_ms)))  # type: ignore[call-overload,arg-type]
    returned = facts.get("returned")
    if not facts.get("ends") and (not returned or returned[0]):
        yield Signal(task, "no_result", 1.0, "", 0, None)
