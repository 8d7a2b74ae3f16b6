"""Many threads look up while the snapshot is replaced under them."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

from recommender.home import snapshot_file
from recommender.lookup import Recommender
from recommender.snapshot import Snapshot
from recommender.snapshot_file import write_snapshot
from tests.benchmarks.lookup.material import AGENTS, snapshot, tasks
from tests.benchmarks.lookup.measures import Measure

CASE = "8 threads, snapshot replaced"
THREADS, LOOKUPS, REPLACEMENTS = 8, 10_000, 100


def measure() -> Iterator[Measure]:
    """Every answer must be of one published snapshot: its reason names the version that its model is of."""
    editions = [_edition(number) for number in range(4)]
    versions = {edition.version: f"edition {number}" for number, edition in enumerate(editions)}
    write_snapshot(snapshot_file(), editions[0])
    recommender = Recommender(deadline_ms=10_000)
    recommender.recommend("warm up")
    errors, torn, seen = [], [], set()

    def look_up(seed: int) -> None:
        source = tasks(seed)
        for _ in range(LOOKUPS):
            try:
                answer = recommender.recommend(next(source), AGENTS[0])
            except Exception as error:
                errors.append(type(error).__name__)
                continue
            seen.add(answer.snapshot_version)
            if answer.source == "cluster" and versions.get(answer.snapshot_version or "") != answer.reason:
                torn.append(answer)

    threads = [threading.Thread(target=look_up, args=(seed,)) for seed in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    replaced = 0
    while replaced < REPLACEMENTS:
        write_snapshot(snapshot_file(), editions[replaced % len(editions)])
        replaced += 1
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    yield Measure(CASE, "spawnwise", "lookups", THREADS * LOOKUPS)
    yield Measure(CASE, "spawnwise", "replacements", replaced)
    yield Measure(CASE, "spawnwise", "errors", len(errors))
    yield Measure(CASE, "spawnwise", "torn_answers", len(torn))
    yield Measure(CASE, "spawnwise", "editions_seen", len(seen))
    yield Measure(CASE, "spawnwise", "lookups_a_second", round(THREADS * LOOKUPS / taken))


def _edition(number: int) -> Snapshot:
    best = tuple(row._replace(reason=f"edition {number}") for row in snapshot().best)
    return replace(snapshot(), best=best, evidence=())
