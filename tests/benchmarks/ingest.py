"""Measure the reading of logs: speed, memory, growth, and a run with nothing new, beside ccusage on the same files.

python -m tests.benchmarks.ingest LOGS [--megabytes 1000] [--growth 300] [--repeat 3]

LOGS is a Claude home, or a folder of them. Figures go to build/bench-ingest.json. Every run is a whole process, from
the interpreter's start to its end. "new home" sets the embedded server up first; "empty tables" finds it set up.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.replicas import replicate, size_of, small_files

RESULTS = Path("build/bench-ingest.json")
COMMAND = [sys.executable, "-m", "recommender.cli", "ingest", "--json"]
# The last one in JavaScript, and one in native code; each from npm, once, in a folder of its own.
PEERS = {"ccusage 18": "ccusage@18", "ccusage 20": "ccusage@20.0.24"}
PEERS_FOLDER = Path("build/peers")
EMPTY = (
    "truncate learning.task_history, learning.spawn_facts, learning.ingest_files, learning.ingest_quarantine,"
    " learning.main_threads, learning.main_messages cascade"
)
FILES = 10_000
BETWEEN_LOOKS_S = 0.1  # at the memory: looking takes time from what is measured


class Run(NamedTuple):
    """One whole process."""

    seconds: float
    cpu_seconds: float  # of the process and those that it started and waited for; not of the database's server
    peak_mb: float
    output: str


class Figure(NamedTuple):
    """One measured value."""

    case: str
    system: str
    metric: str
    value: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ingest", description=__doc__.split("\n\n")[0])
    parser.add_argument("logs", type=Path)
    parser.add_argument("--megabytes", type=int, default=1_000, help="size to which the logs are replicated")
    parser.add_argument("--growth", type=int, nargs="*", default=[300], help="more sizes, to see how time grows")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each case; the median counts")
    options = parser.parse_args(arguments)
    if not options.logs.is_dir():
        parser.error("LOGS must be a folder: make bench-ingest LOGS=<Claude home>")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="spawnwise-bench-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        work.chmod(0o755)  # root's embedded server runs as another user
        figures += compare("as given", options.logs, work, options.repeat)
        for megabytes in dict.fromkeys([*options.growth, options.megabytes]):
            copies = work / "copies"
            replicate(options.logs, copies, megabytes * 1_000_000)
            figures += compare(f"replicated to {megabytes} MB", copies, work, options.repeat)
            shutil.rmtree(copies)
        figures += nothing_new(work, options.repeat)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([figure._asdict() for figure in figures], indent=2), encoding="utf-8")
    for figure in figures:
        print(f"{figure.case:<24} {figure.system:<26} {figure.metric:<16} {figure.value:>12,.3f}")
    return 0


def compare(case: str, logs: Path, work: Path, repeat: int) -> list[Figure]:
    """Measure cold runs of both systems on the same folder, in turns."""
    megabytes = size_of(logs) / 1e6
    homes = [home for home in (logs, *sorted(logs.iterdir())) if (home / "projects").is_dir()] or [logs]
    runs: dict[str, list[Run]] = {}
    for number in range(repeat):
        home = work / f"home-{number}"
        runs.setdefault("spawnwise, new home", []).append(ingest(home, homes))
        _empty(home)
        runs.setdefault("spawnwise, empty tables", []).append(ingest(home, homes))
        shutil.rmtree(home, ignore_errors=True)
        environment = {"CLAUDE_CONFIG_DIR": ",".join(map(str, homes))}
        for peer, program in peers().items():
            runs.setdefault(peer, []).append(measure([program, "daily", "--offline"], environment))
    figures = [Figure(case, "logs", "megabytes", megabytes)]
    for system, measured in runs.items():
        seconds = statistics.median(run.seconds for run in measured)
        figures.append(Figure(case, system, "seconds", seconds))
        figures.append(Figure(case, system, "mb_per_second", megabytes / seconds))
        cpu_seconds = statistics.median(run.cpu_seconds for run in measured)
        figures.append(Figure(case, system, "cpu_seconds", cpu_seconds))
        figures.append(Figure(case, system, "peak_memory_mb", max(run.peak_mb for run in measured)))
    speeds = {figure.system: figure.value for figure in figures if figure.metric == "mb_per_second"}
    figures += [
        Figure(case, system, f"times_{peer.replace(' ', '_')}", speed / speeds[peer])
        for peer in PEERS
        for system, speed in speeds.items()
        if peer in speeds and system not in PEERS
    ]
    report = json.loads(runs["spawnwise, empty tables"][-1].output)
    figures.append(Figure(case, "spawnwise, empty tables", "spawns", report["spawns_total"]))
    return figures


@cache
def peers() -> dict[str, str]:
    """Return the programs to compare with by name; none where npm is not there."""
    if not shutil.which("npm"):
        return {}
    programs = {}
    for name, package in PEERS.items():
        folder = PEERS_FOLDER / package
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), package]
        subprocess.run(install, check=True)
        programs[name] = str((folder / "node_modules" / ".bin" / "ccusage").absolute())
    return programs


def nothing_new(work: Path, repeat: int) -> list[Figure]:
    """Measure runs over many files that are known already, and the interpreter's own start."""
    case, home, logs = f"nothing new, {FILES} files", work / "home-many", work / "many"
    small_files(logs, FILES)
    ingest(home, [logs])
    runs = [ingest(home, [logs]) for _ in range(repeat)]
    again = statistics.median(run.seconds for run in runs)
    start = statistics.median(measure([sys.executable, "-c", "pass"], {}).seconds for _ in range(repeat))
    return [
        Figure(case, "spawnwise", "seconds", again),
        Figure(case, "spawnwise", "cpu_seconds", statistics.median(run.cpu_seconds for run in runs)),
        Figure(case, "interpreter", "seconds", start),
        Figure(case, "spawnwise", "seconds_beyond_interpreter", again - start),
    ]


def ingest(home: Path, logs: Sequence[Path]) -> Run:
    """Run `spawnwise ingest` as a process of its own."""
    sources = [argument for path in logs for argument in ("--logs", str(path))]
    return measure([*COMMAND, *sources], {"SPAWNWISE_HOME": str(home)})


def measure(command: Sequence[str], environment: dict[str, str]) -> Run:
    """Run a command to its end; raises `CalledProcessError` with its code where it fails."""
    import psutil

    begun, spent = time.perf_counter(), _cpu_seconds()
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    peaks, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(BETWEEN_LOOKS_S):
            with contextlib.suppress(psutil.Error):
                watched = psutil.Process(process.pid)
                tree = [watched, *watched.children(recursive=True)]
                peaks.append(sum(each.memory_info().rss for each in tree if not each.name().startswith("postgres")))

    watcher = threading.Thread(target=look)
    watcher.start()
    output, _ = process.communicate()
    seconds, cpu_seconds = time.perf_counter() - begun, _cpu_seconds() - spent
    done.set()
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, cpu_seconds, max(peaks) / 1e6, output)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _empty(home: Path) -> None:
    from pipelines.settings import Settings
    from pipelines.warehouse import Warehouse

    with Warehouse.open(Settings(home=home, DATABASE_URL=None)) as warehouse, warehouse.connect() as connection:
        connection.execute(EMPTY)


if __name__ == "__main__":
    raise SystemExit(main())
