"""Rows of the result file, and the table that a person reads."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.routing.metrics import Interval


@dataclass(frozen=True)
class Result:
    """One measured value with its 95 % interval, None where it has none."""

    dataset: str
    protocol: str
    router: str
    metric: str
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, place: tuple[str, str, str], metric: str, measured: Interval) -> "Result":
        """Make a row of an interval."""
        return cls(*place, metric, *(_number(x) for x in (measured.value, measured.low, measured.high)))


def over_seeds(values: Iterable[float]) -> Interval:
    """Return the mean over seeds with its 95 % interval."""
    found = np.array(list(values), dtype=np.float64)
    found = found[np.isfinite(found)]
    if not len(found):
        return Interval(float("nan"), float("nan"), float("nan"))
    half = 1.96 * float(found.std(ddof=1)) / np.sqrt(len(found)) if len(found) > 1 else float("nan")
    mean = float(found.mean())
    return Interval(mean, mean - half, mean + half)


def write(path: Path, results: list[Result]) -> None:
    """Write all rows as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in results], indent=1, allow_nan=False), encoding="utf-8")


def table(results: list[Result]) -> str:
    """Return one block per dataset and protocol: routers by metrics."""
    lines = []
    for place in dict.fromkeys((result.dataset, result.protocol) for result in results):
        rows = [result for result in results if (result.dataset, result.protocol) == place]
        metrics = list(dict.fromkeys(result.metric for result in rows))
        found = {(result.router, result.metric): result for result in rows}
        lines += ["", f"{place[0]} · {place[1]}", "  " + "".join([f"{'router':<44}", *(f"{m:>25}" for m in metrics)])]
        for router in dict.fromkeys(result.router for result in rows):
            cells = [_cell(found.get((router, metric))) for metric in metrics]
            lines.append("  " + "".join([f"{router:<44}", *(f"{cell:>25}" for cell in cells)]))
    return "\n".join(lines)


def _cell(result: Result | None) -> str:
    if result is None or result.value is None:
        return ""
    if result.low is None or result.high is None:
        return f"{result.value:.4g}"
    return f"{result.value:.4g} [{result.low:.4g}, {result.high:.4g}]"


def _number(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
