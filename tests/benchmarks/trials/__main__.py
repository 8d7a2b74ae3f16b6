"""`python -m tests.benchmarks.trials DATA [--out build/bench-trials.json] [--seeds 20]`."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipelines.one_thread import one_thread
from pipelines.settings import Settings
from tests.benchmarks.trials.data import Pair, load
from tests.benchmarks.trials.replay import Stream, candidate_prior, replay

EASY = 0.9  # success of the strong model


class Result(NamedTuple):
    """One figure of a pair of models on some kinds of work of a dataset."""

    dataset: str
    pair: str
    kinds: str
    policy: str
    metric: str
    value: float


def main() -> int:
    """Replay every pair in the file; print the table and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="parquet file of one row per (benchmark, task, model, run)")
    parser.add_argument("--out", type=Path, default=Path("build/bench-trials.json"))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--failure-cost", type=float, nargs="*", help="also with these prices of a failure")
    arguments = parser.parse_args()
    try:
        pairs = load(arguments.data)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if not pairs:
        print(f"{arguments.data} has no two models of one vendor on the same tasks with known costs.", file=sys.stderr)
        return 1
    results = []
    for price in [Settings().failure_cost, *(arguments.failure_cost or ())]:
        settings = Settings(failure_cost=price)
        for pair in pairs:
            started = time.monotonic()
            with one_thread():  # as the night does: these tables are too small for more
                results += measure(pair, pairs, settings, arguments.seeds)
            print(f"{pair.benchmark}, {name_of(pair)}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps([row._asdict() for row in results], indent=1) + "\n", encoding="utf-8")
    print_table(results)
    return 0


def measure(pair: Pair, pairs: list[Pair], settings: Settings, seeds: int) -> Iterator[Result]:
    """Replay a pair on its natural kinds and on its strata of difficulty."""
    prior = candidate_prior(pair, pairs)
    policy = f"trials, v = {settings.failure_cost:g}"
    for division, kinds in pair.kinds.items():
        streams = [stream for seed in range(seeds) for stream in replay(pair, kinds, settings, prior, seed)]
        success = {kind: float(pair.success[kinds == kind, 0].mean()) for kind in np.unique(kinds).tolist()}
        chosen = {
            f"{division}, strong >= {EASY}": [stream for stream in streams if success[stream.kind] >= EASY],
            f"{division}, all": streams,
        }
        for name, kept in chosen.items():
            for metric, value in _metrics(pair, kept):
                yield Result(pair.benchmark, name_of(pair), name, policy, metric, value)


def name_of(pair: Pair) -> str:
    """Return a pair's name: what runs now, and the candidate."""
    return f"{pair.strong} -> {pair.candidate}"


def _metrics(pair: Pair, streams: list[Stream]) -> Iterator[tuple[str, float]]:
    yield "kinds", float(len({stream.kind for stream in streams}))
    if not streams:
        return
    cost = np.array([[pair.cost_usd[s.tasks, s.model].sum(), pair.cost_usd[s.tasks, 0].sum()] for s in streams])
    lost = np.array([(pair.success[s.tasks, 0] - pair.success[s.tasks, s.model]).mean() * 100 for s in streams])
    yield "cost_ratio", float(cost[:, 0].sum() / cost[:, 1].sum())
    yield "extra_failures_per_100", float(lost.mean())
    worst = [lost[[s.kind == kind for s in streams]].mean() for kind in {stream.kind for stream in streams}]
    yield "extra_failures_per_100_worst_kind", float(max(worst))
    yield "candidate_share", float(np.mean([stream.model.mean() for stream in streams]))
    for state, count in Counter(stream.state for stream in streams).items():
        yield f"ended_{state}", count / len(streams)


def print_table(results: list[Result]) -> None:
    """Print a line for each pair and division."""
    for place in dict.fromkeys(row[:4] for row in results):
        known = {row.metric: row.value for row in results if row[:4] == place}
        if known["kinds"]:
            ends = ", ".join(f"{name[6:]} {value:.0%}" for name, value in known.items() if name.startswith("ended_"))
            print(
                f"{place[0]:<14}{place[1]:<75}{place[2]:<27}{known['kinds']:>3.0f} kinds"
                f"  cost {known['cost_ratio']:.3f}"
                f"  extra failures in 100 {known['extra_failures_per_100']:+.2f}"
                f" (worst kind {known['extra_failures_per_100_worst_kind']:+.2f})  {ends}"
            )


if __name__ == "__main__":
    sys.exit(main())
