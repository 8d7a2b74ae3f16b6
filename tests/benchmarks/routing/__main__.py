"""`python -m tests.benchmarks.routing DATA [--out build/bench-routing.json] [--seeds 30] [--orders 10]`."""

import argparse
import sys
import time
from pathlib import Path

from pipelines.settings import Settings
from tests.benchmarks.routing import full_information, logged_only, nightly_replay
from tests.benchmarks.routing.data import NEEDED, load
from tests.benchmarks.routing.results import table, write

ONE_OUTCOME_UP_TO = 5_000  # tasks: above this, hundreds of nights or seeds say no more and take hours


def main() -> int:
    """Measure every dataset in the folder; print the table and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of parquet files, or one such file")
    parser.add_argument("--out", type=Path, default=Path("build/bench-routing.json"))
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--orders", type=int, default=10)
    parser.add_argument("--only", default="", help="names of datasets, separated by commas")
    arguments = parser.parse_args()
    files = sorted(arguments.data.glob("*.parquet")) if arguments.data.is_dir() else [arguments.data]
    wanted = set(filter(None, arguments.only.split(",")))
    settings, results = Settings(), []
    for path in (file for file in files if not wanted or file.stem in wanted):
        data = load(path)
        if data is None:
            continue
        started = time.monotonic()
        results += full_information.measure(data, settings, path.parent)
        if len(data.task_ids) <= ONE_OUTCOME_UP_TO and len(data.models) > 1:
            results += logged_only.measure(data, settings, arguments.seeds)
            results += nightly_replay.measure(data, settings, arguments.orders)
        print(f"{data.name}: {len(data.task_ids)} tasks, {time.monotonic() - started:.0f} s", file=sys.stderr)
    if not results:
        needed = ", ".join(sorted(NEEDED))
        print(f"No outcomes in {arguments.data}: .parquet files with the columns {needed} are read.", file=sys.stderr)
        return 1
    write(arguments.out, results)
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
