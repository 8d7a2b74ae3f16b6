"""Measure the reading and embedding of logs by one worker and by two, from object storage and from a shared folder.

python -m tests.benchmarks.workers LOGS [--megabytes 1000] [--tables 100]

LOGS is a Claude home, or a folder of them. Figures go to build/bench-workers.json. The S3 server (moto, on loopback)
runs on the same machine as the workers: `cpu_seconds` tells whose work it was. `times_one_worker` compares the clock,
and means little where the machine has other work, or fewer cores than programs that run; `times_by_cpu` is what it
would be where every worker has a core and the bucket lies elsewhere: the processor time of one worker, by that of the
busier of two.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from distributed import LocalCluster

from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.known_files import stored_path
from pipelines.ingest.intake import ingest_sources
from pipelines.ingest.shards.cluster import Cluster
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.benchmarks.replicas import replicate, size_of
from tests.support.bucket_server import variables
from tests.support.digests import table_digests

RESULTS = Path("build/bench-workers.json")
BUCKET = "logs"
RUNS = {"one worker": (1, False), "two workers": (2, False), "two workers, one killed": (2, True)}
SERVER = "from tests.support.bucket_server import serve; serve()"
EMPTY = (
    "truncate learning.task_history, learning.spawn_facts, learning.ingest_files, learning.ingest_quarantine,"
    " learning.main_threads, learning.main_messages cascade"
)


class Figure(NamedTuple):
    """One measured value."""

    case: str
    run: str
    metric: str
    value: float | str


@dataclass
class KillingCluster(Cluster):
    """A cluster of which one worker is killed when the first shard has come back."""

    victim: int = 0

    def _taken(self, *arguments: Any) -> Iterator[Any]:
        if self.victim and self.shards == 0:
            os.kill(self.victim, signal.SIGKILL)
        yield from super()._taken(*arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.workers", description=__doc__.split("\n\n")[0])
    parser.add_argument("logs", type=Path)
    parser.add_argument("--megabytes", type=int, default=1_000, help="size to which the logs are replicated")
    parser.add_argument("--tables", type=int, default=100, help="size of what is also written into tables")
    options = parser.parse_args(arguments)
    if not options.logs.is_dir():
        parser.error("LOGS must be a folder: make bench-workers LOGS=<Claude home>")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="spawnwise-bench-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        work.chmod(0o755)  # root's embedded server runs as another user
        copies, few = work / "copies", work / "few"
        replicate(options.logs, copies, options.megabytes * 1_000_000)
        replicate(options.logs, few, options.tables * 1_000_000)
        figures += told([Figure("logs", "", "megabytes", size_of(copies) / 1e6)])
        figures += told(compare("shared folder", copies, None))
        with _server() as (url, process):
            os.environ.update(variables(url))
            _upload(copies)
            figures += told(compare("s3", Path(f"s3://{BUCKET}"), process))
        figures += told(tables(few, work / "home"))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([figure._asdict() for figure in figures], indent=2), encoding="utf-8")
    return 0


def told(figures: list[Figure]) -> list[Figure]:
    """Print figures as soon as they are measured."""
    for figure in figures:
        value = f"{figure.value:>16,.2f}" if isinstance(figure.value, float | int) else f"{figure.value:>16}"
        print(f"{figure.case:<14} {figure.run:<26} {figure.metric:<26} {value}", flush=True)
    return figures


def compare(case: str, place: Path, server: psutil.Process | None) -> list[Figure]:
    """Read and embed all logs of a place with one worker, with two, and with two of which one is killed."""
    figures: list[Figure] = []
    seconds: dict[str, float] = {}
    busiest: dict[str, float] = {}
    for run, (number, is_killed) in RUNS.items():
        with _workers(number) as (cluster, pids):
            before = [_cpu(pid) for pid in pids]
            served, own, begun = _cpu(server.pid) if server else 0.0, time.process_time(), time.perf_counter()
            digest = _read(place, cluster.scheduler_address, pids[0] if is_killed else 0)
            seconds[run] = time.perf_counter() - begun
            spent = [_cpu(pid) - start for pid, start in zip(pids, before, strict=True)]
            busiest[run] = max(spent)
            cpu = {"workers": sum(spent), "loader": time.process_time() - own}
            cpu |= {"server": _cpu(server.pid) - served} if server else {}
        figures += [Figure(case, run, "seconds", seconds[run]), Figure(case, run, "digest", digest)]
        if not is_killed:  # what the killed one spent is lost with it
            figures += [Figure(case, run, f"cpu_seconds_{who}", value) for who, value in cpu.items()]
        if number == 2:
            figures.append(Figure(case, run, "times_one_worker", seconds["one worker"] / seconds[run]))
        if number == 2 and not is_killed:
            figures.append(Figure(case, run, "times_by_cpu", busiest["one worker"] / busiest[run]))
    return figures


def _read(place: Path, address: str, victim: int) -> str:
    """Read all, keep nothing but a digest of what was told, in any order."""
    cluster = KillingCluster(address, victim=victim)
    cluster.begin([(log, stored_path(log)) for log in find_logs([place]).files], {})
    total = 0
    for path, scan in cluster.scans({}):
        words = json.dumps([path.rpartition("/projects/")[2], scan.facts, scan.counts], sort_keys=True, default=str)
        total += int.from_bytes(hashlib.sha256(_without_place(words).encode()).digest()[:8])
        if scan.vectors:
            rows = zip(scan.vectors.hashes, scan.vectors.vectors, strict=True)
            total += sum(int.from_bytes(hashlib.sha256(h.encode() + v.tobytes()).digest()[:8]) for h, v in rows)
    return f"{total % 2**64:016x}"


def _without_place(words: str) -> str:
    """Leave out where the logs lie, so that both places give one digest."""
    return words.replace(f"s3://{BUCKET}", "")


def tables(logs: Path, home: Path) -> list[Figure]:
    """Write what one machine reads, and what workers read, into empty tables; their digests must be equal."""
    figures: list[Figure] = []
    with Warehouse.open(Settings(home=home, DATABASE_URL=None)) as warehouse:
        for run, number in {"this machine alone": 0, "two workers": 2}.items():
            with warehouse.connect() as connection:
                connection.execute(EMPTY)
            with _workers(number) as (cluster, _):
                address = cluster.scheduler_address if cluster else None
                ingest_sources(warehouse, [logs], SilentProgress(), address)
            with warehouse.connect() as connection:
                connection.execute("truncate learning.task_embeddings")
                digests = table_digests(connection, across_databases=True)
            whole = hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()[:16]
            figures.append(Figure("tables", run, "digest", whole))
    return figures


@contextmanager
def _workers(number: int) -> Iterator[tuple[Any, list[int]]]:
    if not number:
        yield None, []
        return
    with LocalCluster(
        n_workers=number,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as cluster:
        yield cluster, [worker.pid for worker in cluster.workers.values()]


@contextmanager
def _server() -> Iterator[tuple[str, psutil.Process]]:
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate()


def _upload(folder: Path) -> None:
    import boto3

    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for path in sorted(folder.rglob("*.jsonl")):
        client.put_object(Bucket=BUCKET, Key=path.relative_to(folder).as_posix(), Body=path.read_bytes())


def _cpu(pid: int) -> float:
    try:
        process = psutil.Process(pid)
        times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    except psutil.Error:
        return 0.0
    return sum(spent.user + spent.system for spent in times)


if __name__ == "__main__":
    raise SystemExit(main())
