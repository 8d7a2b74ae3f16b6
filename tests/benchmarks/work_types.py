"""Compare the types of work that the recommender reads from tasks with those that people gave them.

python -m tests.benchmarks.work_types --labels FILE      (after `spawnwise learn`)
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.work_types import WORK_TYPES, work_type_of

JSON = Path("build/bench-work-types.json")
MISSING = "missing"
GIVEN = "select source_key, task_description, agent_used from learning.task_history where source_key = any(%s)"


class Label(NamedTuple):
    """What a person says that a spawn was for, and what else may pass for it."""

    source_key: str
    work_type: str
    secondary: str
    language: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures and the types that were confused, and write them without any of the tasks' texts."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.work_types", description=__doc__)
    parser.add_argument("--labels", type=Path, required=True, help="CSV: source_key,work_type,secondary,language")
    parser.add_argument("--json", type=Path, default=JSON, help=f"where the figures go, {JSON} by default")
    options = parser.parse_args(arguments)
    labels = read_labels(options.labels)
    with Warehouse.open(Settings()) as warehouse:
        found = read_types(warehouse, [label.source_key for label in labels])
    pairs = [(label, found.get(label.source_key, MISSING)) for label in labels]
    figures = measure(pairs)
    for metric, value in figures.items():
        print(f"{metric:<36} {value}")
    print(f"\n{confusion(pairs)}")
    misses = [label.source_key for label, ours in pairs if ours != label.work_type]
    missing = [label.source_key for label, ours in pairs if ours == MISSING]
    if missing:
        print(f"\nnot in the warehouse, counted as wrong: {', '.join(missing)}")
    report = {
        "rows": [{"metric": metric, "value": value} for metric, value in figures.items()],
        "confusion": [
            {"label": label, "ours": ours, "count": count} for (label, ours), count in sorted(_confused(pairs).items())
        ],
        "misses": misses,
        "missing": missing,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=2), encoding="utf-8")
    return 0


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a CSV file; ValueError where one names a type that is none."""
    with path.open(encoding="utf-8", newline="") as lines:
        labels = [
            Label(row["source_key"], row["work_type"], row.get("secondary") or "", row.get("language") or "unknown")
            for row in csv.DictReader(lines)
        ]
    unknown = {label.work_type for label in labels} - set(WORK_TYPES)
    if unknown or not labels:
        raise ValueError(f"{path} has no labels" if not labels else f"{path} names unknown types: {sorted(unknown)}")
    return labels


def read_types(warehouse: Warehouse, keys: Sequence[str]) -> dict[str, str]:
    """Return the types of the spawns that the warehouse has, by source_key."""
    with warehouse.connect() as connection:
        rows = connection.execute(GIVEN, (list(keys),)).fetchall()
    return {key: work_type_of(text, agent) for key, text, agent in rows}


def measure(pairs: Sequence[tuple[Label, str]]) -> dict[str, int | float]:
    """Return counts, and shares in percent, of all spawns and by language; a missing spawn is a wrong one."""
    figures: dict[str, int | float] = {"spawns missing": sum(ours == MISSING for _, ours in pairs)}
    figures |= _shares(pairs)
    for language in sorted({label.language for label, _ in pairs}):
        spoken = _shares([pair for pair in pairs if pair[0].language == language])
        figures |= {f"{metric}, {language}": value for metric, value in spoken.items()}
    return figures


def _shares(pairs: Sequence[tuple[Label, str]]) -> dict[str, int | float]:
    primary = sum(ours == label.work_type for label, ours in pairs)
    either = sum(ours in (label.work_type, label.secondary) for label, ours in pairs)
    return {
        "spawns labelled": len(pairs),
        "primary right": primary,
        "primary or secondary right": either,
        "primary right %": round(100 * primary / len(pairs), 1),
        "primary or secondary right %": round(100 * either / len(pairs), 1),
    }


def confusion(pairs: Sequence[tuple[Label, str]]) -> str:
    """Return a table of labels (rows) against what was read (columns), of the types that occur."""
    counts = _confused(pairs)
    names = [name for name in (*WORK_TYPES, MISSING) if any(name in pair for pair in counts)]
    head = "label \\ ours".ljust(14) + "".join(f"{name[:9]:>10}" for name in names)
    lines = [
        name.ljust(14) + "".join(f"{counts.get((name, ours), 0) or '.':>10}" for ours in names)
        for name in names
        if any(label == name for label, _ in counts)
    ]
    return "\n".join([head, *lines])


def _confused(pairs: Sequence[tuple[Label, str]]) -> Counter[tuple[str, str]]:
    return Counter((label.work_type, ours) for label, ours in pairs)


if __name__ == "__main__":
    raise SystemExit(main())
