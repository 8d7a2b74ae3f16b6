"""An embedding provider that fails: finished work stays, the rest waits and says why, no text gets another's vector."""

import hashlib
import math
import uuid
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from pipelines.embed.batches import EmbeddingStoppedError
from pipelines.embed.embed_specs import embed_specs
from pipelines.embed.embed_tasks import embed_tasks
from pipelines.progress import SilentProgress
from pipelines.warehouse import Warehouse
from recommender.embedding.embedder import unit_rows
from recommender.embedding.openai_server import OpenAIEmbedder
from tests.reliability.conftest import Undisturbed
from tests.reliability.house import IS_LONG, House
from tests.reliability.rounds import one_round
from tests.support.embedding_server import Answer, EmbeddingServer, Rows, rows_for, running_embedding_server

MODEL = "text-embedding-3-small"
TASKS = sorted((f"task {number}" for number in range(8)), key=lambda text: hashlib.sha256(text.encode()).hexdigest())
SPECS = {"QA": "writes tests", "DBA": "writes migrations"}
CHANGED_SPECS = {"QA": "writes better tests", "DBA": "writes better migrations"}
HALF = 1e-3  # a vector of a text is stored at half precision
VECTORS = """
select task_description, task_embedding from learning.task_history_with_embeddings where embedding_model = %(model)s
union all
select spec_text, spec_embedding from learning.agent_embeddings
inner join learning.agent_specs using (agent_name) where embedding_model = %(model)s
"""
SOON = {"Retry-After": "0.01"}
QUOTA_GONE = (429, SOON)
REQUESTS_UNTIL_A_STEP_FAILS = 2 * 5  # it is tried twice, and each request five times


def with_vector(vector: object) -> Answer:
    """Return an answer in which the last text's vector is this."""
    return lambda texts: [*rows_for(texts)[:-1], {**rows_for(texts)[-1], "embedding": vector}]


def with_indices(*indices: object) -> Answer:
    """Return an answer whose rows say that they belong to these texts."""
    return lambda texts: [{**row, "index": index} for row, index in zip(rows_for(texts), indices, strict=True)]


def of_size(size: int) -> Answer:
    return lambda texts: rows_for(texts, size)


FAULTS: dict[str, tuple[Answer, str]] = {
    "429 with Retry-After": ((429, SOON), "rate limit or quota"),
    "500": ((500, {}), "HTTP 500"),
    "key withdrawn": ((401, {}), "OPENAI_API_KEY"),
    "model withdrawn": ((404, {}), "SPAWNWISE_EMBEDDING_MODEL"),
    "time-out": ("stall", "in time"),
    "a byte at a time": ("trickle", "in time"),
    "cut in the body": ("cut", "cannot be reached"),
    "no JSON": ("garbage", "check"),
    "one vector too few": (lambda texts: rows_for(texts)[:-1], "1 vectors for 2 texts"),
    "one vector too many": (lambda texts: rows_for([*texts, "more"]), "3 vectors for 2 texts"),
    "no vector": (lambda texts: [], "0 vectors for 2 texts"),
    "another size": (of_size(4), "4 dimensions instead of 8"),
    "two sizes": (with_vector([0.5] * 4), "one size"),
    "NaN": (with_vector([math.nan] * 8), "no usable vector"),
    "infinity": (with_vector([math.inf] * 8), "no usable vector"),
    "more than single precision holds": (with_vector([1e39] * 8), "no usable vector"),
    "more than its square holds": (with_vector([1e30] * 8), "no usable vector"),
    "more than any float": (with_vector([10**400] * 8), "check OPENAI_API_KEY and OPENAI_BASE_URL"),
    "zeros": (with_vector([0.0] * 8), "no usable vector"),
    "one index twice": (with_indices(0, 0), "2 vectors for 2 texts"),
    "indices from one": (with_indices(1, 2), "2 vectors for 2 texts"),
    "an index without end": (with_indices(0, math.inf), "not a list of vectors"),
    "no index": (with_indices(None, None), "not a list of vectors"),
}

PATIENCE_S = 60.0
SLOW = {"time-out": 0.5, "a byte at a time": 0.5}  # seconds until they are given up


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    with running_embedding_server() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        yield fake


@pytest.fixture
def tasks(warehouse: Warehouse) -> Warehouse:
    """A warehouse with tasks that have no vectors."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into learning.task_history (id, source, source_key, created_at, task_description, task_hash,"
            " agent_used) values (%s, 'test', %s, now(), %s, %s, 'QA_TESTER')",
            [(uuid.uuid4(), text, text, hashlib.sha256(text.encode()).hexdigest()) for text in TASKS],
        )
    return warehouse


def embedder_for(fault: str | None = None) -> OpenAIEmbedder:
    """Return one that tries once, and has little patience only where a server keeps it waiting."""
    return OpenAIEmbedder(timeout_s=PATIENCE_S if fault is None else SLOW.get(fault, PATIENCE_S), attempts=1)


def embed(warehouse: Warehouse, fault: str | None = None) -> None:
    """Embed two tasks a batch, trying each once."""
    embed_tasks(warehouse, embedder_for(fault), SilentProgress(), batch_size=2)


def write_specs(warehouse: Warehouse, texts: dict[str, str]) -> None:
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into learning.agent_specs (agent_name, spec_path, spec_text, spec_hash) values (%s, '', %s, %s)"
            " on conflict (agent_name) do update set spec_text = excluded.spec_text, spec_hash = excluded.spec_hash",
            [(name, text, hashlib.sha256(text.encode()).hexdigest()) for name, text in texts.items()],
        )


def assert_spec_vectors_are_of(warehouse: Warehouse, texts: dict[str, str]) -> None:
    with warehouse.connect() as connection:
        found = dict(connection.execute("select agent_name, spec_embedding from learning.agent_embeddings").fetchall())
    assert set(found) == set(texts)
    for name, vector in found.items():
        np.testing.assert_allclose(vector.to_numpy(), own_vector(texts[name]), atol=1e-6, err_msg=name)


def assert_each_has_its_own(warehouse: Warehouse, texts: Sequence[str]) -> None:
    """These texts have vectors, each its own; no other has one."""
    with warehouse.connect() as connection:
        found = dict(connection.execute(VECTORS, {"model": MODEL}).fetchall())
    assert sorted(found) == sorted(texts)
    for text, vector in found.items():
        np.testing.assert_allclose(vector.to_numpy(), own_vector(text), atol=HALF, err_msg=text)


def own_vector(text: str) -> np.ndarray:
    return unit_rows(np.array([rows_for([text])[0]["embedding"]], dtype=np.float32), 1)[0]


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_next_run_does_the_rest(tasks: Warehouse, server: EmbeddingServer, fault: str) -> None:
    answer, reason = FAULTS[fault]
    server.answers = [rows_for, rows_for, answer]
    with pytest.raises(EmbeddingStoppedError, match=reason) as caught:
        embed(tasks, fault)
    assert str(caught.value).endswith("4 texts are embedded and kept, 4 wait for the next run.")
    assert (caught.value.embedded, caught.value.pending) == (4, 4)
    assert_each_has_its_own(tasks, TASKS[:4])
    embed(tasks)
    assert_each_has_its_own(tasks, TASKS)
    assert server.requests == [TASKS[0:2], TASKS[2:4], TASKS[4:6], TASKS[4:6], TASKS[6:8]]


@pytest.mark.parametrize("fault", list(FAULTS)[:: 1 if IS_LONG else 4])
def test_after_a_fault_a_spec_keeps_the_vector_of_its_old_text(
    warehouse: Warehouse, server: EmbeddingServer, fault: str
) -> None:
    write_specs(warehouse, SPECS)
    embed_specs(warehouse, embedder_for(), SilentProgress())
    write_specs(warehouse, CHANGED_SPECS)
    answer, reason = FAULTS[fault]
    server.answers = [answer]
    with pytest.raises(EmbeddingStoppedError, match=reason) as caught:
        embed_specs(warehouse, embedder_for(fault), SilentProgress())
    assert (caught.value.embedded, caught.value.pending) == (0, 2)
    assert_spec_vectors_are_of(warehouse, SPECS)
    embed_specs(warehouse, embedder_for(), SilentProgress())
    assert_spec_vectors_are_of(warehouse, CHANGED_SPECS)


def test_rows_in_another_order_reach_their_own_texts(tasks: Warehouse, server: EmbeddingServer) -> None:
    def reversed_rows(texts: list[str]) -> Rows:
        return rows_for(texts)[::-1]

    server.answers = [reversed_rows] * 4
    embed(tasks)
    assert_each_has_its_own(tasks, TASKS)


def test_faults_that_pass_are_outlived_in_one_run(tasks: Warehouse, server: EmbeddingServer) -> None:
    server.answers = [rows_for, QUOTA_GONE, (500, SOON), "cut", rows_for, "stall", rows_for]
    embed_tasks(tasks, OpenAIEmbedder(timeout_s=2), SilentProgress(), batch_size=2)
    assert_each_has_its_own(tasks, TASKS)


@pytest.mark.parametrize("first", ["tasks", "specs"])
def test_another_size_than_an_earlier_run_stored_is_refused(
    tasks: Warehouse, server: EmbeddingServer, first: str
) -> None:
    if first == "tasks":
        server.answers = [rows_for, QUOTA_GONE]
        with pytest.raises(EmbeddingStoppedError):
            embed(tasks)
        kept = TASKS[:2]
    else:
        write_specs(tasks, SPECS)
        embed_specs(tasks, OpenAIEmbedder(), SilentProgress())
        kept = list(SPECS.values())
    server.answers = [of_size(4)]
    with pytest.raises(EmbeddingStoppedError, match="4 dimensions instead of 8"):
        embed(tasks)
    assert_each_has_its_own(tasks, kept)


def test_a_night_whose_quota_ends_halfway_says_so_and_publishes_nothing(undisturbed: Undisturbed) -> None:
    with running_embedding_server() as server, one_round(undisturbed) as house:
        variables = {
            "SPAWNWISE_EMBEDDER": "openai",
            "OPENAI_BASE_URL": server.url,
            "SPAWNWISE_EMBEDDING_BATCH_SIZE": "100",
        }
        server.answers = [rows_for] * 4 + [QUOTA_GONE] * REQUESTS_UNTIL_A_STEP_FAILS
        run = house.run("learn", **variables)
        assert run.returncode == 1
        for part in ("rate limit or quota is used up", "are embedded and kept", "as they were"):
            assert part in run.stderr
        assert "Traceback" not in run.stderr
        assert house.half_published() == set()
        answered = server.requests[:4] + server.requests[4 + REQUESTS_UNTIL_A_STEP_FAILS :]
        finished = {text for request in answered for text in request}
        assert stored_texts(house) == finished
        assert not any(text in run.stderr for text in finished)

        if IS_LONG:
            server.answers, server.requests = [], []
            again = house.run("learn", **variables)
            assert again.returncode == 0, again.stderr
            assert not finished & {text for request in server.requests for text in request}


def stored_texts(house: House) -> set[str]:
    """Return the texts that have a vector of the provider's, after a look at whether it is their own."""
    with Warehouse(house.server.dsn(house.database)).connect() as connection:
        found = dict(connection.execute(VECTORS, {"model": MODEL}).fetchall())
    for text, vector in found.items():
        np.testing.assert_allclose(vector.to_numpy(), own_vector(text), atol=HALF)
    return set(found)
