"""Measure whole learning runs on many spawns: a full night, one per cent more, and a night with nothing new.

python -m tests.benchmarks.scale [--spawns 100000] [--home FOLDER]

Figures go to build/bench-scale.json. The spawns are those of the planted history of the tests, no two texts alike and
half of the outcomes unknown, written as files of the record format and read by `spawnwise learn`, each time as a whole
process. Seconds of a step are Dagster's; memory is proportional (PSS) where the system tells it.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from pipelines.embed.similar_tasks import similar_tasks
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.embedding.local import LocalEmbedder
from tests.support.planted.history import Spawn, planted_history
from tests.support.planted.load import spec_text
from tests.support.planted.topics import LONG_AGO, NEVER_SPAWNED, TOO_MUCH, WORK

RESULTS = Path("build/bench-scale.json")
COMMAND = [sys.executable, "-m", "recommender.cli", "learn", "--quiet"]
BETWEEN_LOOKS_S = 0.5  # at the memory: looking takes time from what is measured
SPAWNS_PER_FILE = 5_000
SPAWNS_PER_SESSION = 10
PEOPLE, PROJECTS = 40, 12
SHARE_UNKNOWN = 0.5
QUERIES, NEIGHBORS, AS_NEAR = 100, 5, 1e-6
STEPS = """select step_key, max(timestamp) - min(timestamp) from dagster.event_logs
where dagster_event_type in ('STEP_START', 'STEP_SUCCESS', 'STEP_FAILURE')
and run_id = (select run_id from dagster.runs order by id desc limit 1) group by step_key"""


class Figure(NamedTuple):
    """One measured value; the step is empty for the whole run."""

    spawns: int
    case: str
    step: str
    metric: str
    value: float


class Used(NamedTuple):
    """What a group of processes has taken up to now."""

    cpu_seconds: float
    megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__.split("\n\n")[0])
    parser.add_argument("--spawns", type=int, default=100_000)
    parser.add_argument("--home", type=Path, help="an empty folder for the data home, kept; else a temporary one")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="spawnwise-bench-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        work.chmod(0o755)  # root's embedded server runs as another user
        figures = measure(work, options.home or work / "home", options.spawns)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([figure._asdict() for figure in figures], indent=2), encoding="utf-8")
    return 0


def measure(work: Path, home: Path, spawns: int) -> list[Figure]:
    """Learn from all spawns, from one per cent more, and again from the same."""
    logs, specs = work / "records", work / "specs"
    logs.mkdir()
    count = spawns + spawns // 100
    history = islice(enumerate(planted_history(datetime.now(UTC), count)), count)  # without the kinds of long ago
    write_specs(specs)
    write_records(logs, "all", islice(history, spawns))
    more = list(history)
    learn = [*COMMAND, "--logs", str(logs), "--specs", str(specs)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPAWNWISE_", "DATABASE"))}
    environment |= {"SPAWNWISE_HOME": str(home)}
    figures: list[Figure] = []
    with Warehouse.open(Settings(home=home, DATABASE_URL=None)) as warehouse:
        for case in ("full", "one per cent more", "nothing new"):
            if case == "one per cent more":
                write_records(logs, "more", more)
            figures += told(case, spawns, run(learn, environment, warehouse, home))
            if case == "full":
                figures += told("nearest past tasks", spawns, nearest(warehouse, more[:QUERIES]))
    return figures


def nearest(warehouse: Warehouse, new: Sequence[tuple[int, Spawn]]) -> Iterable[tuple[str, str, float]]:
    """Look for the past tasks nearest to new ones, and compare with all vectors; yield (step, metric, value).

    One that is as near as the farthest that should be found counts as found: of equal ones either is right.
    """
    embedder = LocalEmbedder()
    seconds, found = [], 0
    with warehouse.connect() as connection:
        for vector in embedder.embed([_record(index, spawn, random.Random())["task"] for index, spawn in new]):
            begun = time.perf_counter()
            through_index = similar_tasks(connection, vector, embedder.name, NEIGHBORS)
            seconds.append(time.perf_counter() - begun)
            with connection.transaction(force_rollback=True):
                connection.execute("set local enable_indexscan = off")
                exact = similar_tasks(connection, vector, embedder.name, NEIGHBORS)
            found += sum(task.similarity >= exact[-1].similarity - AS_NEAR for task in through_index)
    yield "", "milliseconds", 1000 * statistics.median(seconds)
    yield "", "recall", found / (NEIGHBORS * len(new))


def told(case: str, spawns: int, values: Iterable[tuple[str, str, float]]) -> list[Figure]:
    """Print figures as soon as they are measured."""
    figures = [Figure(spawns, case, *value) for value in values]
    for figure in figures:
        print(f"{figure.case:<18} {figure.step:<42} {figure.metric:<24} {figure.value:>12,.2f}", flush=True)
    return figures


def run(
    command: list[str], environment: dict[str, str], warehouse: Warehouse, home: Path
) -> Iterable[tuple[str, str, float]]:
    """Run one process to its end; yield (step, metric, value)."""
    postmaster = _postmaster(home)
    before, begun, runs = _used(postmaster), time.perf_counter(), _count_runs(warehouse)
    process = subprocess.Popen(command, env=environment)
    ours, theirs, ended = Used(0, 0), before, threading.Event()
    waiting = threading.Thread(target=lambda: (process.wait(), ended.set()))
    spent = sum(os.times()[2:4])
    waiting.start()
    while not ended.wait(BETWEEN_LOOKS_S):
        ours = Used(0, max(ours.megabytes, _used(process.pid).megabytes))
        theirs = Used(0, max(theirs.megabytes, _used(postmaster).megabytes))
    waiting.join()
    if process.returncode:
        raise SystemExit(process.returncode)
    yield "", "seconds", time.perf_counter() - begun
    yield "", "cpu_seconds_ours", sum(os.times()[2:4]) - spent
    yield "", "cpu_seconds_postgres", _used(postmaster).cpu_seconds - before.cpu_seconds
    yield "", "peak_mb_ours", ours.megabytes
    yield "", "peak_mb_postgres", theirs.megabytes
    yield "", "disk_mb", sum(path.lstat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
    with warehouse.connect() as connection:
        size = connection.execute("select pg_database_size(current_database())").fetchone()
        yield "", "database_mb", (size or (0,))[0] / 1e6
        if _count_runs(warehouse) > runs:
            for step, seconds in sorted(connection.execute(STEPS), key=lambda row: -row[1].total_seconds()):
                yield step, "seconds", seconds.total_seconds()


def _count_runs(warehouse: Warehouse) -> int:
    with warehouse.connect() as connection:
        if (connection.execute("select to_regclass('dagster.runs')").fetchone() or (None,))[0] is None:
            return 0
        return int((connection.execute("select count(*) from dagster.runs").fetchone() or (0,))[0])


def _postmaster(home: Path) -> int:
    """Return the process of the embedded server."""
    (file,) = home.rglob("postmaster.pid")
    return int(file.read_text(encoding="utf-8").split()[0])


def _used(pid: int) -> Used:
    """Return what a process and those below it have used; what they shared is counted once."""
    cpu = megabytes = 0.0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            try:
                times, memory = process.cpu_times(), process.memory_full_info()
            except psutil.Error:
                continue
            cpu += times.user + times.system
            megabytes += getattr(memory, "pss", memory.rss) / 1e6
        waited = root.cpu_times()
        cpu += waited.children_user + waited.children_system
    except psutil.Error:
        pass
    return Used(cpu, megabytes)


def write_records(folder: Path, name: str, spawns: Iterable[tuple[int, Spawn]]) -> None:
    """Write spawns as files of the record format."""
    chance = random.Random(name)
    for number, part in groupby(spawns, key=lambda numbered: numbered[0] // SPAWNS_PER_FILE):
        lines = [json.dumps(_record(index, spawn, chance)) for index, spawn in part]
        (folder / f"{name}-{number:05}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _record(index: int, spawn: Spawn, chance: random.Random) -> dict[str, Any]:
    person = f"person{index // SPAWNS_PER_SESSION % PEOPLE}"
    project = f"service-{index // SPAWNS_PER_SESSION % PROJECTS}"
    is_known = chance.random() >= SHARE_UNKNOWN
    return {
        "id": f"spawn-{index}",
        "agent": spawn.agent,
        "title": spawn.text.splitlines()[0],
        "task": f"{spawn.text} Ticket {index}.",
        "spawned_at": spawn.spawned_at.isoformat(),
        "project": f"/home/{person}/{project}",
        "repository": f"github.com/acme/{project}",
        "user": person,
        "host": f"laptop-{person}",
        "session_id": f"session-{index // SPAWNS_PER_SESSION}",
        "model": spawn.model,
        "success": spawn.succeeded if is_known else None,
        "duration_ms": spawn.duration_ms,
        "cost_usd": round(spawn.cost_usd, 6),
    }


def write_specs(folder: Path) -> None:
    """Write a spec for each agent that the planted history has one for."""
    folder.mkdir()
    topics = sorted([*WORK, *TOO_MUCH, *NEVER_SPAWNED, *LONG_AGO], key=lambda topic: topic.agent)
    for agent, own in groupby(topics, key=lambda topic: topic.agent):
        (folder / f"{agent}.md").write_text(spec_text(agent, list(own)), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
