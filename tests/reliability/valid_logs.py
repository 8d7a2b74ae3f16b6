"""Valid logs of every form in any number, to be damaged by tests, and what the warehouse says of each."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest.health import read_health
from pipelines.ingest.intake import IngestReport, ingest_sources
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from tests.conftest import cloned_database
from tests.support.transcripts import SESSION, VARIANTS
from tests.unit.ingest.formats.test_codex import CHILD, CHILD_LINES, META, SPAWN, SPAWNED, TURN
from tests.unit.ingest.formats.test_otel import agent, request, span
from tests.unit.ingest.sources import test_copilot_cli as copilot

Line = dict[str, Any]
NUMBER = "5eed0000"  # stands in every fixture where the number of the copy goes

RECORD = {
    "id": f"r{NUMBER}",
    "agent": "qa",
    "title": "Tests",
    "task": "Write tests for the parser",
    "spawned_at": "2026-03-01T10:00:00Z",
    "finished_at": "2026-03-01T10:05:00Z",
    "project": "orchard",
    "session_id": "s1",
    "model": "claude-haiku-4-5-20251001",
    "model_requested": "haiku",
    "input_tokens": 1_000,
    "output_tokens": 50,
    "tool_uses": 3,
    "success": True,
    "decision_id": "6a2f41a3-c54c-fce8-32d2-0324e1c32e22",
    "propensity": 0.25,
    "signals": ["result_returned"],
}
# What in the shared builders names a spawn.
_NAMES = {
    "toolu_0": f"toolu_{NUMBER}_",
    SESSION[:8]: NUMBER,
    "/orchard": f"/orchard-{NUMBER}",  # the same task in one project again would be a sign of failure
    '"t1"': f'"{NUMBER}"',
    META["payload"]["id"]: f"{NUMBER}-parent",
    CHILD: f"{NUMBER}-child",
    copilot.SESSION[:8]: NUMBER,
    copilot.CALL: f"toolu_{NUMBER}_explorer",
}
# What differs between two copies of one log, or two warehouses.
_OWN = ["id", "first_seen_at", "updated_at", "parent_task_id"]
_TOLD = """
select t.source_key, (to_jsonb(t) - %s::text[])::text, parent.source_key, array(
    select row(signal, regexp_replace(evidence_file, '.*/', ''), evidence_line, observed_at)::text
    from learning.outcome_signals where task_id = t.id order by 1
) from learning.task_history as t left join learning.task_history as parent on parent.id = t.parent_task_id
"""


@dataclass(frozen=True)
class Fixture:
    """One valid log: its files by their paths in a folder, with lines as text."""

    name: str
    files: dict[str, list[str]]

    def write(self, folder: Path, number: int) -> list[Path]:
        """Write the copy of this number and return its files."""
        paths = []
        for name, lines in self.files.items():
            path = folder / numbered(name, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(numbered("".join(line + "\n" for line in lines), number).encode())
            paths.append(path)
        return paths

    @property
    def parsed(self) -> dict[str, list[Line]]:
        """Its files' lines as objects."""
        return {name: [json.loads(line) for line in lines] for name, lines in self.files.items()}


def numbered(text: str, number: int) -> str:
    """Return text that belongs to the copy of this number; it is as long as before."""
    return text.replace(NUMBER, f"{number:08x}")


def _fixture(name: str, files: dict[str, Sequence[Line]]) -> Fixture:
    def text(line: Line) -> str:
        words = json.dumps(line, separators=(",", ":"))
        for known, own in _NAMES.items():
            words = words.replace(known, own)
        return words

    return Fixture(name, {path: [text(line) for line in lines] for path, lines in files.items()})


def _fixtures() -> Iterator[Fixture]:
    session = f"projects/orchard-{NUMBER}/{NUMBER}{SESSION[8:]}"
    for name, make in VARIANTS.items():
        logs = make()
        yield _fixture(
            f"claude-{name}",
            {
                (f"{session}/subagents/agent-{key}.jsonl" if key else f"{session}.jsonl"): logs[key].lines
                for key in logs
            },
        )
    later = {"id": RECORD["id"], "agent": "qa", "task": RECORD["task"], "spawned_at": RECORD["spawned_at"]}
    yield _fixture("records", {f"runs/{NUMBER}.jsonl": [RECORD, later | {"duration_ms": 5}, RECORD | {"id": NUMBER}]})
    chat = span("c1", "a1", operation__name="chat", response__model="claude-sonnet-4-6", usage__input_tokens=90)
    yield _fixture("otel", {f"traces/{NUMBER}.jsonl": [request(chat), request(agent()), request(agent("a2", "a1"))]})
    rollout = f"rollouts/rollout-{NUMBER}"
    yield _fixture(
        "codex", {f"{rollout}-parent.jsonl": [META, TURN, SPAWN, SPAWNED], f"{rollout}-child.jsonl": CHILD_LINES}
    )
    yield _fixture("copilot-cli", {f"session-state/{NUMBER}/events.jsonl": copilot.SESSION_LINES})


FIXTURES = {fixture.name: fixture for fixture in _fixtures()}


def ingest(warehouse: Warehouse, folder: Path) -> IngestReport:
    """Ingest all that is in the folder; what is read is loaded, skipped or quarantined, in the run and in each file."""
    sources = [
        place
        for name in ("projects", "runs", "traces", "rollouts", "session-state")
        if (place := folder / name).exists()
    ]
    report = ingest_sources(warehouse, sources, SilentProgress())
    assert report.lines_read == report.lines_loaded + report.lines_skipped + report.lines_quarantined
    health = read_health(warehouse)
    assert health.files_that_do_not_add_up == health.spawns_without_row == 0
    return report


def told(warehouse: Warehouse) -> dict[int, list[str]]:
    """Return what is known of the spawns of each copy, without what tells copies apart."""
    known = defaultdict(list)
    with warehouse.connect() as connection:
        for key, row, parent, signals in connection.execute(_TOLD, [_OWN]):
            number = re.search(r"(?<![0-9a-f])[0-9a-f]{8}", key)
            if number:  # else it is a damaged copy's
                known[int(number[0], 16)].append(repr((key, row, parent, signals)).replace(number[0], NUMBER))
    return {number: sorted(rows) for number, rows in known.items()}


@contextmanager
def fresh(server: Any) -> Iterator[Warehouse]:
    """Yield a warehouse with nothing in it."""
    with cloned_database(server) as dsn:
        yield Warehouse(dsn)
