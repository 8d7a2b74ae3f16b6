"""Compare learning.task_history with spawns that were extracted from the same logs by other means.

python -m tests.benchmarks.truth --truth FILE [--json FILE]
"""

import argparse
import csv
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

Row = dict[str, Any]
GENERAL = "general-purpose"


class Difference(NamedTuple):
    """One field in which a row differs from the truth."""

    tool_use_id: str
    field: str
    truth: object
    ours: object


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison and every difference; return 1 where there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.truth", description=__doc__)
    parser.add_argument("--truth", type=Path, required=True, help="CSV with one row a spawn")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args(arguments)
    with options.truth.open(encoding="utf-8", newline="") as lines:
        truth = {row["tool_use_id"]: row for row in csv.DictReader(lines)}
    with Warehouse.open(Settings()) as warehouse:
        figures, differences = compare(truth, read_tasks(warehouse))
    width = max(map(len, figures))
    for field, (equal, stated) in figures.items():
        print(f"{field:<{width}}  {equal:>5} of {stated}")
    for difference in differences:
        print(f"{difference.tool_use_id}  {difference.field}: truth {difference.truth!r}, ours {difference.ours!r}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 1 if differences else 0


def read_tasks(warehouse: Warehouse) -> dict[str, Row]:
    """Return the rows of Claude Code spawns by tool_use id."""
    with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from learning.task_history where source = 'claude-code'").fetchall()
    return {row["source_key"]: row for row in rows}


def compare(truth: dict[str, Row], ours: dict[str, Row]) -> tuple[dict[str, tuple[int, int]], list[Difference]]:
    """Return how many of the stated values agree, by field, and every difference."""
    found = truth.keys() & ours.keys()
    figures = {"ids found": (len(found), len(truth)), "ids that are no spawn": (len(ours.keys() - truth.keys()), 0)}
    differences = [Difference(key, "id", "a spawn", "missing") for key in sorted(truth.keys() - ours.keys())]
    differences += [Difference(key, "id", "none", "a spawn") for key in sorted(ours.keys() - truth.keys())]
    for field, read in FIELDS.items():
        pairs = [(key, *read(truth[key], ours[key])) for key in sorted(found)]
        stated = [(key, expected, actual) for key, expected, actual in pairs if expected not in {None, ""}]
        wrong = [Difference(key, field, *values) for key, *values in stated if values[0] != values[1]]
        figures[field] = (len(stated) - len(wrong), len(stated))
        differences += wrong
    return figures, differences


def _observed(truth: Row, ours: Row) -> Iterator[object]:
    return iter((truth["child_model"], ours["model_resolved"] if ours["model_source"] == "observed" else None))


def _number(field: str, column: str) -> Callable[[Row, Row], tuple[object, object]]:
    return lambda truth, ours: (int(float(truth[field])) if truth[field] else None, ours[column])


def _time(field: str, column: str) -> Callable[[Row, Row], tuple[object, object]]:
    return lambda truth, ours: (datetime.fromisoformat(truth[field]) if truth[field] else None, ours[column])


def _same(field: str, column: str) -> Callable[[Row, Row], tuple[object, object]]:
    return lambda truth, ours: (truth[field], ours[column])


# An agent in the background returns twice: the launch to its parent at once, and its end in a notification later.
FIELDS: dict[str, Callable[[Row, Row], Any]] = {
    "agent": lambda truth, ours: (truth["subagent_type"] or GENERAL, ours["agent_used"]),
    "title": _same("description", "task_title"),
    "requested model": _same("model_param", "model_requested"),
    "parent model": _same("parent_model", "model_parent"),
    "observed model": _observed,
    "status returned": _same("status", "returned_status"),
    "status of the end": lambda truth, ours: (truth["notif_status"] or None, ours["status"]),
    "error flag": lambda truth, ours: (truth["is_error"] == "True", ours["is_error"]),
    "error text": _same("error_text", "error_message"),
    "duration": _number("duration_ms", "duration_ms"),
    "tokens reported": _number("total_tokens", "reported_tokens"),
    "tool uses": _number("tool_uses", "tool_uses"),
    "agent run": _same("agent_id", "agent_run_id"),
    "session": _same("session", "session_id"),
    "version": _same("cc_version", "writer_version"),
    "spawned at": _time("ts_spawn", "created_at"),
    "returned at": _time("ts_result", "returned_at"),
}


if __name__ == "__main__":
    raise SystemExit(main())
