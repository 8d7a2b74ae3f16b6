import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import recommender
from recommender.home import snapshot_file
from recommender.kinds import fitting_agent, kind_of_task
from recommender.lookup import Recommender, deadline_from_environment, default_recommender
from recommender.published import Published, SnapshotFile
from recommender.snapshot import ANY_AGENT, Snapshot, TaskKind, write_snapshot
from tests.embedding_server import running_embedding_server
from tests.snapshots import DEPLOYING, TESTING, best, evidence, learned_snapshot, made_at

UNLIKE = "zzz qqq 12345 %%%"


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    default_recommender.cache_clear()
    yield
    default_recommender.cache_clear()


def publish(snapshot: Snapshot) -> None:
    write_snapshot(snapshot_file(), snapshot)


@pytest.mark.parametrize(
    ("task", "agent", "model", "source"),
    [
        (TESTING, "QA_TESTER", "haiku", "cluster"),
        (TESTING, "SOMEBODY", "sonnet", "cluster"),
        (UNLIKE, "QA_TESTER", "opus", "agent"),
        (DEPLOYING, "QA_TESTER", "opus", "agent"),
        (UNLIKE, "WRITER", "opus", "tier"),
        (UNLIKE, "COORD_ENGINE", "opus", "tier"),
        (UNLIKE, "coord-fast", "haiku", "tier"),
        (UNLIKE, "SOMEBODY", "sonnet", "default"),
        ("", "QA_TESTER", "opus", "agent"),
        ("", None, "sonnet", "default"),
    ],
)
def test_backs_off_to_the_narrowest_scope_with_evidence(task: str, agent: str | None, model: str, source: str) -> None:
    publish(learned_snapshot())
    answer = recommender.recommend(task, agent)
    assert (answer.model, answer.source) == (model, source)
    assert (answer.success_low is None) == (source in ("tier", "default"))


def test_every_field_of_the_contract_is_answered() -> None:
    snapshot = made_at(learned_snapshot(), datetime.now(UTC) - timedelta(hours=2))
    publish(snapshot)
    answer = recommender.recommend(TESTING, "QA_TESTER")
    fields = json.loads(json.dumps(answer.as_dict()))
    assert fields.pop("latency_ms") > 0
    assert fields.pop("snapshot_age_s") == pytest.approx(7_200, abs=60)
    assert len(fields.pop("decision_id")) == 36
    assert fields == {
        "model": "haiku",
        "agent": "QA_TESTER",
        "source": "cluster",
        "reason": "haiku did 27 of 28 well",
        "success_rate": 0.95,
        "success_low": 0.8,
        "tasks_observed": 28,
        "expected_cost_usd": 0.12,
        "cluster_id": 0,
        "cluster_label": "filter",
        "similarity": 1.0,
        "snapshot_version": snapshot.version,
        "propensity": 1.0,
    }


def test_a_task_unlike_every_kind_is_not_forced_into_one() -> None:
    publish(learned_snapshot())
    answer = recommender.recommend(UNLIKE, "QA_TESTER")
    assert answer.cluster_id is None
    assert answer.cluster_label is None
    assert answer.similarity is not None
    assert "Unlike any kind" in answer.reason


@given(st.floats(0, 1), st.floats(0.01, 1))
def test_the_radius_is_the_border_of_a_kind(similarity: float, radius: float) -> None:
    vector = np.array([similarity, np.sqrt(1 - similarity**2)], dtype=np.float32)
    snapshot = Snapshot("m", datetime.now(UTC), 1, (TaskKind(7, "k", radius),), np.eye(1, 2, dtype=np.float32))
    match = kind_of_task(snapshot, vector)
    assert match is not None
    assert match.kind.cluster_id == 7
    assert match.is_inside == (1 - match.similarity <= radius)


def test_the_fitting_agent_has_the_best_record_else_the_nearest_spec() -> None:
    publish(learned_snapshot())
    assert recommender.recommend(DEPLOYING).agent == "RELEASER"
    assert recommender.recommend("write a tutorial and documentation").agent == "WRITER"
    assert fitting_agent(replace(learned_snapshot(), agents=(), agent_vectors=np.empty((0, 0))), None, None) is None


def test_the_record_for_any_agent_names_no_agent() -> None:
    publish(replace(learned_snapshot(), best=(best(ANY_AGENT, 0, "haiku"),), agents=(), agent_vectors=np.empty((0, 0))))
    answer = recommender.recommend(TESTING)
    assert (answer.agent, answer.model, answer.source) == (None, "haiku", "cluster")


def test_with_nothing_learned_the_shipped_tiers_answer() -> None:
    answer = recommender.recommend(TESTING, "QA_TESTER")
    assert (answer.model, answer.source, answer.snapshot_version) == ("sonnet", "tier", None)
    assert "spawnwise learn" in answer.reason
    assert recommender.recommend(TESTING, "COORD_ENGINE").model == "opus"
    assert recommender.recommend(TESTING, "general-purpose").source == "default"


def test_on_a_cold_start_the_spec_file_is_heard_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agents = tmp_path / ".claude" / "agents"
    agents.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    (agents / "QA_TESTER.md").write_text("---\nname: QA_TESTER\nmodel: haiku\n---\nYou test.")
    (agents / "SCHEDULER.md").write_text("# Scheduler\n\n> **Model Tier:** Opus\n")
    (agents / "DBA.md").write_text("---\nname: DBA\nmodel: inherit\n---\n")
    (tmp_path / "secret.md").write_text("model: opus\n")
    answers = {name: recommender.recommend("x", name) for name in ("QA_TESTER", "SCHEDULER", "DBA", "../../secret")}
    assert answers["QA_TESTER"].model == "haiku"
    assert "its spec asks for haiku" in answers["QA_TESTER"].reason
    assert answers["SCHEDULER"].model == "opus"
    assert (answers["DBA"].model, answers["DBA"].source) == ("haiku", "tier")
    assert answers["../../secret"].source == "default"


def test_the_default_model_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_DEFAULT_MODEL", "claude-haiku-4-5")
    assert recommender.recommend("x").model == "haiku"


@pytest.mark.parametrize("damage", ["cut", "corrupt", "folder", "empty"])
def test_a_damaged_snapshot_is_said_and_the_tiers_answer(damage: str) -> None:
    publish(learned_snapshot())
    content = snapshot_file().read_bytes()
    if damage == "folder":
        snapshot_file().unlink()
        snapshot_file().mkdir()
    else:
        changed = {"cut": content[: len(content) // 2], "corrupt": content[:-1] + b"~", "empty": b""}[damage]
        snapshot_file().write_bytes(changed)
    answer = recommender.recommend(TESTING, "QA_TESTER")
    assert (answer.model, answer.source) == ("sonnet", "tier")
    assert "snapshot" in answer.reason


def eventually_version(recommender_: Recommender, version: str) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if recommender_.recommend(TESTING).snapshot_version == version:
            return True
        time.sleep(0.01)
    return False


def test_a_running_process_takes_up_a_new_snapshot_and_keeps_the_last_good_one() -> None:
    publish(learned_snapshot())
    long_lived = Recommender()
    assert long_lived.recommend(TESTING, "QA_TESTER").model == "haiku"
    newer = replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),))
    publish(newer)
    assert eventually_version(long_lived, newer.version)
    assert long_lived.recommend(TESTING, "QA_TESTER").model == "opus"
    for broken in (lambda: snapshot_file().write_bytes(b"garbage"), snapshot_file().unlink):
        broken()
        for _ in range(20):
            answer = long_lived.recommend(TESTING, "QA_TESTER")
            assert (answer.model, answer.snapshot_version) == ("opus", newer.version)
            time.sleep(0.005)
        assert "snapshot" in answer.reason
    publish(learned_snapshot())
    assert eventually_version(long_lived, learned_snapshot().version)


class HangingSource:
    """A source that does not answer until it is told to."""

    def __init__(self) -> None:
        self.release = threading.Event()

    def stamp(self) -> object:
        return 1

    def read(self) -> Snapshot:
        self.release.wait()
        return learned_snapshot()


def test_a_source_that_hangs_is_not_waited_for_beyond_the_deadline() -> None:
    source = HangingSource()
    waiting = Recommender(Published(source), deadline_ms=100)
    for _ in range(3):
        answer = waiting.recommend(TESTING, "QA_TESTER")
        assert (answer.source, answer.model) == ("tier", "sonnet")
        assert "in time" in answer.reason
    source.release.set()
    assert eventually_version(waiting, learned_snapshot().version)


def test_a_network_embedder_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(replace(learned_snapshot(), embedding_model="text-embedding-3-small"))
    with running_embedding_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        server.answers = ["stall", (500, {})]
        patient = Recommender(deadline_ms=3_000)
        patient.recommend("", "QA_TESTER")  # imports the client
        impatient = Recommender(patient._published, deadline_ms=200)
        answer = impatient.recommend(TESTING, "QA_TESTER")
        assert (answer.source, answer.model) == ("agent", "opus")
        assert "did not answer in time" in answer.reason
        assert "HTTP 500" in patient.recommend(TESTING, "QA_TESTER").reason


def test_without_the_key_of_the_snapshots_embedder_the_agents_record_answers() -> None:
    publish(replace(learned_snapshot(), embedding_model="text-embedding-3-small"))
    answer = Recommender(deadline_ms=5_000).recommend(TESTING, "QA_TESTER")
    assert (answer.source, answer.model) == ("agent", "opus")
    assert "OPENAI_API_KEY" in answer.reason


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    path = tmp_path_factory.mktemp("learned") / "snapshot"
    write_snapshot(path, learned_snapshot())
    return Recommender(Published(SnapshotFile(path)))


@given(
    st.one_of(st.text(), st.binary(), st.none(), st.integers(), st.just("\ud800"), st.just("x" * 100_000)),
    st.one_of(st.text(), st.none(), st.binary(), st.just("\x00"), st.just("*"), st.just("../.."), st.just("[")),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_never_raises(learned: Recommender, task: object, agent: object) -> None:
    answer = learned.recommend(task, agent)  # type: ignore[arg-type]
    assert answer.model
    json.dumps(asdict(answer))


@pytest.mark.parametrize("task", ["x " * 500_000, "a" * 1_000_000, bytes(range(256)) * 4_000])
def test_a_huge_task_is_answered(task: str) -> None:
    publish(learned_snapshot())
    warm = Recommender()
    warm.recommend("x")
    assert warm.recommend(task).model


def exploring(share: float = 0.5, protected: tuple[str, ...] = ()) -> Snapshot:
    rows = (
        evidence("QA_TESTER", 0, "opus", 0.9, 0.99),
        evidence("QA_TESTER", 0, "haiku", 0.1, 0.97),
        evidence("QA_TESTER", 0, "fable", 0.05, 0.5, logit=1.9, n=1),
    )
    return replace(learned_snapshot(), evidence=rows, exploration_share=share, protected_agents=protected)


def test_trials_are_drawn_with_the_probability_that_is_logged() -> None:
    publish(exploring())
    answers = [recommender.recommend(TESTING, "QA_TESTER") for _ in range(1_000)]
    propensities = {answer.model: answer.propensity for answer in answers}
    assert sum(propensities.values()) == pytest.approx(1, abs=0.02)
    assert propensities["fable"] > 0.1
    for model, propensity in propensities.items():
        share = sum(answer.model == model for answer in answers) / len(answers)
        assert share == pytest.approx(propensity, abs=0.06)
    trial = next(answer for answer in answers if answer.model == "fable")
    assert trial.reason.startswith("A trial of fable, as ")
    assert trial.tasks_observed == 12


def test_a_protected_agent_is_never_tried_on() -> None:
    publish(exploring(protected=("dba", "qa-*")))
    answers = [recommender.recommend(TESTING, "QA_TESTER") for _ in range(50)]
    assert {(answer.model, answer.propensity) for answer in answers} == {("haiku", 1.0)}


def test_a_task_between_two_kinds_is_judged_by_both() -> None:
    other = "write integration tests for the kalman filter"
    good, bad = 3.0, -1.0
    rows = [
        evidence(ANY_AGENT, 0, "opus", 0.9, 0.9, logit=good),
        evidence(ANY_AGENT, 1, "opus", 0.9, 0.9, logit=good, is_chosen=True),
        evidence(ANY_AGENT, 0, "haiku", 0.1, 0.9, logit=good, is_chosen=True),
        evidence(ANY_AGENT, 1, "haiku", 0.1, 0, logit=bad),
    ]
    two_kinds = replace(
        learned_snapshot((TESTING, other)),
        best=(best(ANY_AGENT, 0, "haiku"), best(ANY_AGENT, 1, "opus")),
        evidence=tuple(rows),
        agents=(),
        agent_vectors=np.empty((0, 0)),
    )
    publish(two_kinds)
    answer = recommender.recommend(TESTING)
    assert (answer.cluster_id, answer.model, answer.source) == (0, "opus", "cluster")
    assert "haiku succeeds in about" in answer.reason
    agreeing = replace(two_kinds, evidence=tuple(row._replace(is_chosen=row.model == "haiku") for row in rows))
    publish(agreeing)
    assert eventually_version(default_recommender(), agreeing.version)
    assert recommender.recommend(TESTING).model == "haiku"
    alone = replace(two_kinds, kinds=tuple(kind._replace(radius=0.01) for kind in two_kinds.kinds))
    publish(alone)
    assert eventually_version(default_recommender(), alone.version)
    assert recommender.recommend(TESTING).model == "haiku"


def test_an_error_inside_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(learned_snapshot())
    monkeypatch.setattr("recommender.lookup.kind_of_task", lambda *_: 1 / 0)
    answer = recommender.recommend(TESTING, "QA_TESTER")
    assert (answer.model, answer.source) == ("sonnet", "tier")
    assert "ZeroDivisionError" in answer.reason


def test_the_async_variant_answers_the_same() -> None:
    publish(learned_snapshot())
    answer = asyncio.run(recommender.arecommend(TESTING, "QA_TESTER"))
    assert (answer.model, answer.source) == ("haiku", "cluster")


def test_the_prompt_may_be_given_apart() -> None:
    publish(learned_snapshot())
    apart = recommender.recommend("Kalman tests", "QA_TESTER", prompt=TESTING)
    together = recommender.recommend(f"Kalman tests {TESTING}", "QA_TESTER")
    assert apart.similarity == together.similarity


def test_threads_share_a_recommender_while_its_snapshot_is_replaced() -> None:
    versions = {}
    for model in ("haiku", "sonnet", "opus"):
        snapshot = replace(learned_snapshot(), best=(best("QA_TESTER", 0, model),))
        versions[snapshot.version] = (model, snapshot)
    publish(next(iter(versions.values()))[1])
    shared, wrong, stop = Recommender(Published(SnapshotFile(snapshot_file()))), [], threading.Event()

    def look_up() -> None:
        while not stop.is_set():
            answer = shared.recommend(TESTING, "QA_TESTER")
            if versions.get(answer.snapshot_version or "", ("",))[0] != answer.model:
                wrong.append(answer)

    threads = [threading.Thread(target=look_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        for _, snapshot in versions.values():
            publish(snapshot)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(("text", "deadline"), [("80", 80), ("", 250), ("soon", 250), ("-1", 250), ("nan", 250)])
def test_the_deadline_is_a_setting(monkeypatch: pytest.MonkeyPatch, text: str, deadline: float) -> None:
    monkeypatch.setenv("SPAWNWISE_DEADLINE_MS", text)
    assert deadline_from_environment() == deadline


def test_a_pipe_where_a_spec_should_be_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "agents").mkdir()
    os.mkfifo(tmp_path / "agents" / "piped.md")
    assert recommender.recommend("Anything at all", "piped").model == "sonnet"


@pytest.mark.parametrize("home", ["~nobody-of-this-name/x", "relative"])
def test_without_a_home_or_a_working_folder_it_answers_all_the_same(home: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); from recommender import recommend; "
    code += "print(recommend('', 'someagent').model)"
    environment = {"PATH": os.environ["PATH"], "SPAWNWISE_HOME": home, "PYTHONPATH": str(Path(__file__).parents[3])}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert run.stdout == "sonnet\n", run.stderr
