"""A lookup in a process that has made one before, beside a peer and a plain query."""

import warnings
from collections.abc import Callable, Iterator

import psycopg
from pgvector.psycopg import register_vector

from pipelines.warehouse import Warehouse
from recommender.embedding.local import LocalEmbedder
from recommender.home import snapshot_file
from recommender.lookup import Recommender
from recommender.published import LastKnownGood, Published, ServingTables, SnapshotFile
from recommender.snapshot_file import write_snapshot
from recommender.text.task_text import task_text
from tests.benchmarks.lookup.material import AGENTS, disagreeing, tasks
from tests.benchmarks.lookup.measures import Measure, latencies_ms, spread

CASE = "warm, 1,000 characters, 256 kinds"
CALLS, PEER_CALLS = 3_000, 300

# The nearest kind and its answer, in one statement on the tables that the snapshot is made of.
NEAREST_ANSWER = """
select best.model, best.success_rate
from (
    select cluster_id from learning.task_clusters order by centroid::vector(256) <=> %(vector)s::vector(256) limit 1
) as nearest
inner join serving.best_model_per_cluster as best using (cluster_id)
where best.agent_name in (%(agent)s, '*')
order by best.agent_name = '*'
limit 1
"""


def measure(warehouse: Warehouse) -> Iterator[Measure]:
    """Measure all systems on the same tasks."""
    file = Published(SnapshotFile(snapshot_file()))
    noting = Recommender(file, notes_decisions=True)
    yield from _timed("spawnwise", lambda task: noting.recommend(task, AGENTS[0]), CALLS)
    silent = Recommender(file)
    yield from _timed("spawnwise, decision not noted", lambda task: silent.recommend(task, AGENTS[0]), CALLS)
    write_snapshot(other := snapshot_file().with_name("disagreeing"), disagreeing())
    weighing = Recommender(Published(SnapshotFile(other)), notes_decisions=True)
    yield from _timed("spawnwise, kinds disagree", lambda task: weighing.recommend(task, AGENTS[0]), CALLS)
    live = Recommender(LastKnownGood(Published(ServingTables(warehouse.dsn)), file))
    live.recommend("warm up")
    yield from _timed("spawnwise, DATABASE_URL", lambda task: live.recommend(task, AGENTS[0]), CALLS)
    with psycopg.connect(warehouse.dsn, autocommit=True) as connection:
        register_vector(connection)
        embedder = LocalEmbedder()

        def query(task: str) -> object:
            parameters = {"vector": embedder.embed([task_text(task)])[0], "agent": AGENTS[0]}
            return connection.execute(NEAREST_ANSWER, parameters).fetchone()

        yield from _timed("plain pgvector query", query, CALLS)
    yield from _peer()


def _timed(system: str, look_up: Callable[[str], object], calls: int) -> list[Measure]:
    source = tasks(seed=1)
    for _ in range(100):
        look_up(next(source))
    return spread(CASE, system, latencies_ms(lambda: look_up(next(source)), calls))


def _peer() -> list[Measure]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from tryaii import Router

            router = Router(catalog="starter")
            router.route("warm up")
    except Exception as error:
        return [Measure(CASE, "tryaii Router.route", "not measured", type(error).__name__)]
    return _timed("tryaii Router.route", router.route, PEER_CALLS)
