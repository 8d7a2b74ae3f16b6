"""Thousands of hooks, ten at once, with the database up, gone or hung: none may die, and each must answer.

`python -m tests.benchmarks.lookup.endurance --hooks 10000` runs them all; with `--seconds` it ends sooner. Figures of
several runs, each with a `--seed` of its own, can be added up.
"""

import argparse
import contextlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from recommender.home import snapshot_file
from recommender.hooks.hook_log import troubles
from recommender.settings import data_home
from recommender.snapshot_file import write_snapshot
from tests.benchmarks.lookup.bursts import burst
from tests.benchmarks.lookup.cold import event, is_from_evidence
from tests.benchmarks.lookup.faults import blackholed
from tests.benchmarks.lookup.material import snapshot, tasks
from tests.benchmarks.lookup.measures import Measure, publish
from tests.support.published_tables import publish_tables

AT_ONCE = 10
# Of ten bursts: the file alone is what nearly everybody has; with a database there is a file too, unless it is said.
TURNS = ("file",) * 6 + ("database", "database, no file", "database gone", "database hung")


def main() -> None:
    """Run in a home and on a server of their own; both are gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hooks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=5, help="of the tasks")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no burst after that many")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spawnwise-bench-", ignore_cleanup_errors=True) as folder:
        os.environ |= {"SPAWNWISE_HOME": folder, "PYTHONFAULTHANDLER": "1"}
        for name in ("DATABASE_URL", "SPAWNWISE_DEADLINE_MS", "SPAWNWISE_MODE"):
            os.environ.pop(name, None)
        publish(_measures(Path(folder), given), Path("build/bench-endurance.json"))


def _measures(folder: Path, given: argparse.Namespace) -> Iterator[Measure]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(EmbeddedServer(folder / "postgres"))
        url = server.dsn("postgres")
        with Warehouse.open(Settings(DATABASE_URL=url)) as warehouse:
            publish_tables(warehouse, snapshot())
        write_snapshot(snapshot_file(), snapshot())
        hung = stack.enter_context(blackholed())
        gone = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2"
        urls = {"file": "", "database": url, "database, no file": url, "database gone": gone, "database hung": hung}
        settings = {case: {"DATABASE_URL": of_case} for case, of_case in urls.items()}
        settings["database, no file"]["SPAWNWISE_HOME"] = str(folder / "no_file")
        yield from _endurance(settings, given)


def _endurance(settings: dict[str, dict[str, str]], given: argparse.Namespace) -> Iterator[Measure]:
    source, counts, slowest = tasks(given.seed), {case: Counter[str]() for case in settings}, Counter[str]()
    codes, cpu, printed = Counter[int](), Counter[str](), []
    end = time.monotonic() + given.seconds
    for number in range(given.hooks // AT_ONCE):
        if time.monotonic() > end:
            break
        case = TURNS[number % len(TURNS)]
        ended = burst([event(next(source)) for _ in range(AT_ONCE)], settings[case])
        counts[case]["hooks"] += AT_ONCE
        counts[case]["learned"] += sum(map(is_from_evidence, ended.answers))
        counts[case]["died"] += sum(code != 0 for code in ended.codes)
        slowest[case] = max(slowest[case], round(ended.seconds * 1000))
        cpu[case] += round(ended.cpu_ms)
        codes.update(ended.codes)
        printed += [error for error in ended.errors if error]
    for case, count in counts.items():
        if count["hooks"]:
            yield Measure(case, "spawnwise", "answers_from_evidence", f"{count['learned']} of {count['hooks']}")
            yield Measure(case, "spawnwise", "processes_that_died", count["died"])
            yield Measure(case, "spawnwise", "cpu_of_each_ms", round(cpu[case] / count["hooks"]))
            yield Measure(case, "spawnwise", "slowest_last_ms", slowest[case])
    yield Measure("all", "spawnwise", "exit_codes", ", ".join(f"{code}: {count}" for code, count in codes.items()))
    yield Measure("all", "spawnwise", "wrote_to_standard_error", len(printed))
    for error in printed[:3]:  # a fault's stack is the first thing to look at
        yield Measure("all", "spawnwise", "standard_error", error.decode(errors="replace"))
    noted = sum(len(file.read_text().splitlines()) for file in data_home().rglob("journal/*.jsonl"))
    yield Measure("all", "spawnwise", "decisions_in_the_journal", noted)
    for what, count in Counter(trouble.what for trouble in troubles()).items():
        yield Measure("all", "spawnwise", "hook_log", f"{count} x {what}")


if __name__ == "__main__":
    main()
