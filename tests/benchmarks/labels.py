"""Compare the outcomes that the rules gave with outcomes that people gave after reading the same logs.

python -m tests.benchmarks.labels --labels FILE      (after `spawnwise learn`, or dbt build of int_task_outcomes)
"""

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

SUCCEEDED, FAILED, UNKNOWN = "succeeded", "failed", "unknown"
GIVEN = """
select source_key, outcomes.success, outcomes.fault, outcomes.evidence, outcomes.confidence
from learning.task_history
inner join intermediate.int_task_outcomes as outcomes on task_history.id = outcomes.task_id
"""


class Outcome(NamedTuple):
    """What the rules say of a spawn."""

    label: str
    fault: str | None
    evidence: str | None
    confidence: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures and every spawn on which the two differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.labels", description=__doc__)
    parser.add_argument("--labels", type=Path, required=True, help="CSV with tool_use_id, label and fault")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args(arguments)
    with options.labels.open(encoding="utf-8", newline="") as lines:
        labels = {row["tool_use_id"]: row for row in csv.DictReader(lines)}
    with Warehouse.open(Settings()) as warehouse:
        given = read_outcomes(warehouse)
    pairs = {key: (row["label"], given[key].label) for key, row in labels.items() if key in given}
    figures = measure(list(pairs.values()))
    for figure, value in figures.items():
        print(f"{figure:<28} {value}")
    for key, (label, ours) in pairs.items():
        if label != ours:
            outcome = given[key]
            print(f"{key}  label {label} ({labels[key]['fault']}), ours {ours} ({outcome.fault}): {outcome.evidence}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0


def read_outcomes(warehouse: Warehouse) -> dict[str, Outcome]:
    """Return the outcomes that dbt derived, by tool_use id."""
    with warehouse.connect() as connection:
        rows = connection.execute(GIVEN).fetchall()
    names = {True: SUCCEEDED, False: FAILED, None: UNKNOWN}
    return {key: Outcome(names[success], *rest) for key, success, *rest in rows}


def measure(pairs: Sequence[tuple[str, str]]) -> dict[str, int | float]:
    """Count (label, ours) pairs; recall and precision are those of failures."""
    count = {(label, ours): pairs.count((label, ours)) for label, ours in set(pairs)}
    failures = sum(number for (label, _), number in count.items() if label == FAILED)
    called = sum(number for (_, ours), number in count.items() if ours == FAILED)
    found = count.get((FAILED, FAILED), 0)
    return {
        "spawns compared": len(pairs),
        "successes": sum(number for (label, _), number in count.items() if label == SUCCEEDED),
        "successes called failed": count.get((SUCCEEDED, FAILED), 0),
        "successes called unknown": count.get((SUCCEEDED, UNKNOWN), 0),
        "failures": failures,
        "failures found": found,
        "failure recall": round(found / failures, 3) if failures else 0.0,
        "failure precision": round(found / called, 3) if called else 0.0,
        "unknown": sum(number for (label, _), number in count.items() if label == UNKNOWN),
        "unknown kept unknown": count.get((UNKNOWN, UNKNOWN), 0),
    }


if __name__ == "__main__":
    raise SystemExit(main())
