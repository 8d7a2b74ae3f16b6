"""Results: what was measured, on which system, in one flat list."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path("build/bench-lookup.json")


@dataclass(frozen=True)
class Measure:
    """One number; times are in milliseconds."""

    case: str
    system: str
    metric: str
    value: float | str


def latencies_ms(call: Callable[[], object], times: int) -> list[float]:
    """Return how long each of `times` calls took."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def spread(case: str, system: str, taken: Sequence[float]) -> list[Measure]:
    """Return median, p99 and slowest of latencies."""
    ordered = sorted(taken)
    return [
        Measure(case, system, "median_ms", round(ordered[len(ordered) // 2], 3)),
        Measure(case, system, "p99_ms", round(ordered[int(len(ordered) * 0.99)], 3)),
        Measure(case, system, "slowest_ms", round(ordered[-1], 3)),
    ]


def publish(measures: Iterable[Measure], file: Path = RESULTS) -> None:
    """Print the results as they come and write them as JSON."""
    rows = []
    for row in measures:
        rows.append(row)
        print(f"{row.case:<38} {row.system:<30} {row.metric:<22} {row.value:>12}", flush=True)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    print(f"\nwritten to {file}")
