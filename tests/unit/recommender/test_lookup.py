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
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import recommender
from recommender import published
from recommender.embedding.local import LocalEmbedder
from recommender.home import snapshot_file
from recommender.judgement import judge, records_in
from recommender.lookup import Recommender, default_recommender
from recommender.published import Knowledge, LastKnownGood, Published, SnapshotFile
from recommender.published_rows import ANY_AGENT, ANY_KIND, Scope, Tier, Trial
from recommender.recommendation import Recommendation
from recommender.settings import LookupSettings
from recommender.snapshot import Snapshot
from recommender.snapshot_file import write_snapshot
from tests.support.embedding_server import running_embedding_server
from tests.support.snapshots import DEPLOYING, TESTING, best, evidence, learned_snapshot, made_at, trial
from tests.support.waiting import eventually

UNLIKE = "zzz qqq 12345 %%%"


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    default_recommender.cache_clear()
    yield
    default_recommender.cache_clear()


def publish(snapshot: Snapshot) -> None:
    write_snapshot(snapshot_file(), snapshot)


@pytest.mark.parametrize(
    ("task", "agent", "model", "source", "is_change"),
    [
        (TESTING, "QA_TESTER", "haiku", "cluster", True),
        (TESTING, "SOMEBODY", "sonnet", "cluster", True),
        (UNLIKE, "QA_TESTER", "opus", "agent", False),
        (DEPLOYING, "QA_TESTER", "opus", "agent", False),
        ("deploy qqq zzz", "RELEASER", "haiku", "cluster", True),
        (UNLIKE, "COORD_ENGINE", "opus", "tier", False),
        (UNLIKE, "SOMEBODY", "sonnet", "default", False),
        ("", "QA_TESTER", "opus", "agent", False),
        ("", None, "sonnet", "default", False),
    ],
)
def test_backs_off_to_the_narrowest_scope_with_evidence(
    task: str, agent: str | None, model: str, source: str, is_change: bool
) -> None:
    publish(learned_snapshot())
    answer = recommender.recommend(task, agent)
    assert (answer.model, answer.source, answer.is_change) == (model, source, is_change)
    assert (answer.success_low is None) == (source in ("tier", "default"))


def test_where_nothing_is_known_nothing_changes() -> None:
    publish(learned_snapshot())
    answer = recommender.recommend(UNLIKE, "SOMEBODY", parent_model="claude-opus-4-6")
    assert (answer.model, answer.baseline_model, answer.source, answer.is_change) == ("opus", "opus", "baseline", False)
    cold = Recommender(Published(SnapshotFile(Path(os.devnull)))).recommend(TESTING, "QA_TESTER", parent_model="fable")
    assert (cold.model, cold.source, cold.is_change) == ("fable", "baseline", False)


def test_an_answer_is_against_what_would_run_here_not_what_usually_does() -> None:
    publish(learned_snapshot())
    assert recommender.recommend(TESTING, "QA_TESTER", parent_model="opus").is_change
    same = recommender.recommend(TESTING, "QA_TESTER", parent_model="haiku")
    assert (same.model, same.is_change, same.baseline_model) == ("haiku", False, "haiku")
    # Nothing is known of fable there: it stays.
    unknown = recommender.recommend(TESTING, "QA_TESTER", parent_model="claude-fable-5")
    assert (unknown.model, unknown.source) == ("fable", "baseline")


def test_the_model_in_the_call_stays() -> None:
    publish(learned_snapshot())
    asked = Recommender().recommend(TESTING, "QA_TESTER", asked_model="opus", parent_model="sonnet")
    assert (asked.model, asked.source, asked.baseline_source) == ("opus", "baseline", "call")


def spec(folder: Path, name: str, model: str) -> None:
    (folder / "agents").mkdir(parents=True, exist_ok=True)
    (folder / "agents" / f"{name}.md").write_text(
        f"---\nname: {name}\ndescription: Tests.\nmodel: {model}\n---\nDo it."
    )


def test_only_its_own_record_speaks_against_the_model_that_an_agents_spec_names(tmp_path: Path) -> None:
    publish(learned_snapshot())
    spec(tmp_path / ".claude", "never-seen", "opus")
    spec(tmp_path / ".claude", "QA_TESTER", "opus")
    unseen = recommender.recommend(TESTING, "never-seen", project=tmp_path, parent_model="haiku")
    assert (unseen.model, unseen.source, unseen.baseline_source) == ("opus", "baseline", "project_spec")
    known = recommender.recommend(TESTING, "QA_TESTER", project=tmp_path, parent_model="haiku")
    assert (known.model, known.baseline_source, known.is_change) == ("haiku", "project_spec", True)


def test_a_cloned_repositorys_spec_speaks_for_no_other_place(tmp_path: Path) -> None:
    rows = (best("security-reviewer", ANY_KIND, "opus"),)
    records = (
        evidence("security-reviewer", ANY_KIND, "opus", 0.9, is_chosen=True),
        evidence("security-reviewer", ANY_KIND, "haiku", 0.1, logit=-1.0),
    )
    publish(replace(learned_snapshot(), best=rows, evidence=records))
    spec(tmp_path / "cloned" / ".claude", "security-reviewer", "haiku")
    spec(Path(os.environ["CLAUDE_CONFIG_DIR"]), "security-reviewer", "opus")
    (tmp_path / "own").mkdir()
    for folder in (tmp_path / "own", tmp_path, None):
        answer = recommender.recommend(UNLIKE, "security-reviewer", project=folder, parent_model="sonnet")
        assert (answer.model, answer.baseline_model, answer.is_change) == ("opus", "opus", False)
    there = recommender.recommend(UNLIKE, "security-reviewer", project=tmp_path / "cloned", parent_model="sonnet")
    assert there.baseline_model == "haiku"


def test_a_persons_own_tier_is_an_order_and_a_shipped_one_is_none() -> None:
    publish(replace(learned_snapshot(), tiers=(Tier("type:test", "haiku"),)))
    assert recommender.recommend(TESTING, "SOMEBODY", parent_model="opus").source == "cluster"
    publish(replace(learned_snapshot(), tiers=(Tier("type:test", "haiku", is_own=True),)))
    assert eventually(lambda: recommender.recommend(TESTING, "SOMEBODY", parent_model="opus").source == "tier")
    answer = recommender.recommend(TESTING, "SOMEBODY", parent_model="opus")
    assert (answer.model, answer.is_change) == ("haiku", True)


def test_a_protected_agent_never_goes_down() -> None:
    protected = replace(learned_snapshot(), protected_agents=("qa-*",), trials=(trial(),), exploration_share=1.0)
    publish(replace(protected, tiers=(Tier("type:test", "haiku", is_own=True),)))
    for _ in range(20):
        answer = recommender.recommend(TESTING, "QA_TESTER", parent_model="opus")
        assert (answer.model, answer.source, answer.is_change) == ("opus", "baseline", False)
    assert "protected" in answer.reason


@pytest.mark.parametrize("trials", [(), (trial(),), (trial("adopted"),)])
def test_a_protected_agent_that_this_process_alone_names_never_goes_down(
    trials: tuple[Trial, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(replace(learned_snapshot(), trials=trials))
    assert eventually(lambda: ask().model == "haiku")
    monkeypatch.setenv("SPAWNWISE_PROTECTED_AGENTS", "qa-*")
    assert {ask().model for _ in range(20)} == {"opus"}


@pytest.mark.parametrize(
    ("tier", "parent", "model", "source"),
    [
        (Tier("*", "haiku", is_own=True), "opus", "opus", "baseline"),
        (Tier("QA_*", "haiku", is_own=True), "opus", "opus", "baseline"),
        (Tier("type:test", "haiku", is_own=True), "opus", "opus", "baseline"),
        (Tier("qa-tester", "haiku", is_own=True), "opus", "haiku", "tier"),
        (Tier("QA_*", "opus", is_own=True), "sonnet", "opus", "tier"),
    ],
)
def test_only_a_tier_under_its_name_takes_a_protected_agent_down(
    tier: Tier, parent: str, model: str, source: str
) -> None:
    publish(replace(learned_snapshot(), protected_agents=("QA_TESTER",), tiers=(tier,)))
    answer = ask(parent)
    assert (answer.model, answer.source) == (model, source)


def test_a_pinned_agent_is_in_no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(trial(cap=10_000),)))
    assert ask().trial_id == "t"
    monkeypatch.setenv("SPAWNWISE_PINNED_AGENTS", "QA_*")
    assert {ask().trial_id for _ in range(20)} == {None}


@pytest.mark.parametrize("said_by", ["the night", "this process"])
def test_where_trials_are_off_nothing_is_drawn(said_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if said_by == "this process":
        monkeypatch.setenv("SPAWNWISE_TRIALS", "off")
    is_on = said_by != "the night"
    quiet = replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), draws_trials=is_on)
    publish(replace(quiet, trials=(trial(cap=10_000),)))
    assert {(ask().model, ask().trial_id) for _ in range(20)} == {("opus", None)}
    publish(made_at(replace(quiet, trials=(trial("adopted"),)), datetime.now(UTC) + timedelta(seconds=5)))
    assert eventually(lambda: ask().trial_id == "t")
    assert {(ask().model, ask().trial_arm) for _ in range(100)} == {("haiku", None)}  # no hold-out


@pytest.mark.parametrize(
    ("candidate", "effort", "is_drawn"), [("opus", "low", False), ("haiku", "low", False), ("haiku", "", True)]
)
def test_a_trial_of_an_effort_draws_for_none_that_cannot_apply_it(candidate: str, effort: str, is_drawn: bool) -> None:
    one = trial(cap=10_000, candidate_model=candidate, candidate_effort=effort)
    publish(replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(one,)))
    assert ask().trial_id == "t"
    assert (ask(applies_effort=False).trial_id == "t") is is_drawn


def test_a_trial_of_a_project_draws_in_it_by_way_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "project")
    one = trial(cap=10_000, project=str(tmp_path / "project"))
    publish(replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(one,)))
    assert ask(project=tmp_path / "link").trial_id == "t"
    assert ask(project=tmp_path).trial_id is None


def ask(parent: str = "opus", **asked: Any) -> Recommendation:
    return recommender.recommend(TESTING, "QA_TESTER", parent_model=parent, **asked)


def test_a_running_trial_draws_every_second_spawn_with_the_probability_that_is_told() -> None:
    publish(replace(learned_snapshot(), trials=(trial(cap=10_000),)))
    answers = [recommender.recommend(TESTING, "QA_TESTER", parent_model="opus") for _ in range(400)]
    assert {(answer.source, answer.trial_id, answer.propensity) for answer in answers} == {("trial", "t", 0.5)}
    candidates = [answer for answer in answers if answer.model == "haiku"]
    assert 140 < len(candidates) < 260
    assert all(answer.is_change == (answer.model == "haiku") for answer in answers)
    assert {answer.trial_arm for answer in answers} == {"candidate", "baseline"}


def test_a_trial_cannot_run_away_before_the_next_night() -> None:
    publish(replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(trial(cap=3),)))
    answers = [recommender.recommend(TESTING, "QA_TESTER", parent_model="opus") for _ in range(200)]
    assert sum(answer.model == "haiku" for answer in answers) == 3
    assert answers[-1].trial_id is None
    publish(made_at(replace(learned_snapshot(), trials=(trial(cap=3),)), datetime.now(UTC) + timedelta(seconds=5)))
    assert eventually(lambda: recommender.recommend(TESTING, "QA_TESTER", parent_model="opus").trial_id == "t")


@pytest.mark.parametrize(
    ("changes", "agent", "parent"),
    [
        ({"agent_name": "OTHER"}, "QA_TESTER", "opus"),
        ({"work_type": "docs"}, "QA_TESTER", "opus"),
        ({"cluster_id": 1}, "QA_TESTER", "opus"),
        ({"project": "/elsewhere"}, "QA_TESTER", "opus"),
        ({}, "QA_TESTER", "sonnet"),
        ({}, "SOMEBODY", "opus"),
    ],
)
def test_a_trial_draws_only_spawns_of_its_scope(changes: dict[str, object], agent: str, parent: str) -> None:
    publish(replace(learned_snapshot(), trials=(trial()._replace(**changes),)))  # type: ignore[arg-type]
    for _ in range(10):
        assert recommender.recommend(TESTING, agent, parent_model=parent, project="/here/app").trial_id is None


def test_a_trial_of_a_project_draws_in_its_folders(tmp_path: Path) -> None:
    (tmp_path / "app" / "src").mkdir(parents=True)
    publish(replace(learned_snapshot(), trials=(trial(project=str(tmp_path / "app")),)))
    inside = recommender.recommend(TESTING, "QA_TESTER", parent_model="opus", project=tmp_path / "app" / "src")
    beside = recommender.recommend(TESTING, "QA_TESTER", parent_model="opus", project=tmp_path)
    assert (inside.trial_id, beside.trial_id) == ("t", None)


def test_a_trial_leaves_work_alone_that_the_baseline_often_fails() -> None:
    hard = tuple(row._replace(success_rate=0.7) if row.model == "opus" else row for row in learned_snapshot().evidence)
    publish(replace(learned_snapshot(), trials=(trial(),), evidence=hard))
    assert all(recommender.recommend(TESTING, "QA_TESTER", parent_model="opus").trial_id is None for _ in range(10))


def test_an_adopted_trial_answers_and_keeps_a_hold_out() -> None:
    publish(replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(trial("adopted", cap=1),)))
    answers = [recommender.recommend(TESTING, "QA_TESTER", parent_model="opus") for _ in range(400)]
    kept = [answer for answer in answers if answer.model == "opus"]
    assert 4 < len(kept) < 50
    assert {round(answer.propensity, 6) for answer in kept} == {0.05}
    quiet = Recommender().recommend(TESTING, "QA_TESTER", parent_model="opus")  # that draws nothing
    assert (quiet.model, quiet.source, quiet.propensity) == ("haiku", "trial", 1.0)


@pytest.mark.parametrize("state", ["dropped", "withdrawn"])
def test_what_a_trial_has_dropped_is_not_answered_there(state: str) -> None:
    publish(replace(learned_snapshot(), trials=(trial(state),)))
    answer = recommender.recommend(TESTING, "QA_TESTER", parent_model="opus")
    assert (answer.model, answer.is_change) == ("opus", False)
    assert "trial t tried haiku" in answer.reason


def test_a_trial_that_cannot_count_its_draws_draws_none() -> None:
    publish(replace(learned_snapshot(), best=(best("QA_TESTER", 0, "opus"),), trials=(trial(),)))
    (snapshot_file().parent / "trials").write_text("in the way")
    answers = [recommender.recommend(TESTING, "QA_TESTER", parent_model="opus") for _ in range(30)]
    assert {answer.model for answer in answers} == {"opus"}


def test_every_field_of_the_contract_is_answered() -> None:
    snapshot = made_at(learned_snapshot(), datetime.now(UTC) - timedelta(hours=2))
    publish(snapshot)
    answer = recommender.recommend(TESTING, "QA_TESTER")
    fields = json.loads(json.dumps(answer.as_dict()))
    assert not {"baseline_source", "trial_arm"} & set(fields)
    assert fields.pop("latency_ms") > 0
    assert fields.pop("snapshot_age_s") == pytest.approx(7_200, abs=60)
    assert len(fields.pop("decision_id")) == 36
    assert fields == {
        "model": "haiku",
        "agent": "QA_TESTER",
        "is_change": True,
        "source": "cluster",
        "reason": "haiku did 27 of 28 well",
        "success_rate": 0.95,
        "success_low": 0.8,
        "tasks_observed": 28,
        "expected_cost_usd": 0.12,
        "baseline_model": "opus",
        "work_type": "test",
        "cluster_id": 0,
        "cluster_label": "filter",
        "similarity": 1.0,
        "trial_id": None,
        "snapshot_version": snapshot.version,
        "propensity": 1.0,
        "effort": None,
    }


def test_a_task_unlike_every_kind_is_not_forced_into_one() -> None:
    publish(learned_snapshot())
    answer = recommender.recommend(UNLIKE, "QA_TESTER")
    assert answer.cluster_id is None
    assert answer.cluster_label is None
    assert answer.similarity is not None


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
    return eventually(lambda: recommender_.recommend(TESTING).snapshot_version == version)


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


class File:
    """The snapshot file's answers; a database may answer once it has been asked for them."""

    def __init__(self, known: Knowledge, database: HangingSource) -> None:
        self.known, self.database = known, database

    def current(self, wait_s: float) -> Knowledge:
        if wait_s > 0:
            self.database.release.set()
        return self.known


def test_a_slow_database_is_waited_for_where_no_file_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_DATABASE_WAIT_S", 0.0)
    database = HangingSource()
    file = File(Knowledge(problem="There is no snapshot."), database)
    answer = Recommender(LastKnownGood(Published(database), file), deadline_ms=60_000).recommend(TESTING, "QA_TESTER")
    assert (answer.source, answer.problem) == ("cluster", None)
    hanging = HangingSource()
    file = File(Knowledge(learned_snapshot(), LocalEmbedder()), hanging)
    hangs = Recommender(LastKnownGood(Published(hanging), file), deadline_ms=60_000)
    answer = hangs.recommend(TESTING, "QA_TESTER")
    assert (answer.source, answer.problem) == ("cluster", "The database did not answer.")


def test_a_network_embedder_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(replace(learned_snapshot(), embedding_model="text-embedding-3-small"))
    with running_embedding_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        server.answers = ["stall", (500, {})]
        patient = Recommender(deadline_ms=60_000)
        assert patient.prepare(60)  # imports the client
        impatient = Recommender(patient._published, deadline_ms=1_000)
        answer = impatient.recommend(TESTING, "QA_TESTER")
        assert eventually(lambda: len(server.requests) == 1)
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


def exploring(share: float = 0.5) -> Snapshot:
    rows = (
        evidence("QA_TESTER", 0, "opus", 0.9),
        evidence("QA_TESTER", 0, "haiku", 0.1, logit=1.93),
        evidence("QA_TESTER", 0, "fable", 0.05, logit=1.9, known=1),
    )
    return replace(learned_snapshot(), evidence=rows, exploration_share=share)


def test_exploration_is_drawn_with_the_probability_that_is_logged() -> None:
    publish(exploring())
    answers = [recommender.recommend(TESTING, "QA_TESTER") for _ in range(1_000)]
    propensities = {answer.model: answer.propensity for answer in answers}
    assert sum(propensities.values()) == pytest.approx(1, abs=0.02)
    assert propensities["fable"] > 0.1
    for model, propensity in propensities.items():
        share = sum(answer.model == model for answer in answers) / len(answers)
        assert share == pytest.approx(propensity, abs=0.06)
    explored = next(answer for answer in answers if answer.model == "fable")
    assert explored.reason.startswith("Trying fable in place of ")
    assert explored.tasks_observed == 12


def test_a_task_between_two_kinds_is_judged_by_both() -> None:
    other = "write integration tests for the kalman filter"
    good, bad = 3.0, -4.0
    rows = [
        evidence(ANY_AGENT, 0, "opus", 0.9, logit=good),
        evidence(ANY_AGENT, 1, "opus", 0.9, work_type="test", logit=good, is_chosen=True),
        evidence(ANY_AGENT, 0, "haiku", 0.1, logit=good, is_chosen=True),
        evidence(ANY_AGENT, 1, "haiku", 0.1, work_type="test", logit=bad),
    ]
    two_kinds = replace(
        learned_snapshot((TESTING, other)),
        best=(best(ANY_AGENT, 0, "haiku"), best(ANY_AGENT, 1, "opus", work_type="test")),
        evidence=tuple(rows),
        agents=(),
        agent_vectors=np.empty((0, 0)),
    )
    publish(two_kinds)
    answer = recommender.recommend(TESTING)
    assert (answer.cluster_id, answer.model, answer.source) == (0, "opus", "cluster")
    assert "Haiku has" in answer.reason
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
    assert LookupSettings.from_environment().deadline_ms == deadline


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


def test_a_reason_tells_runs_apart_that_only_their_program_tells_of() -> None:
    known = learned_snapshot()
    claimed = tuple(row._replace(tasks_self_reported=5 * (row.model == "haiku")) for row in known.evidence)
    snapshot = replace(known, evidence=claimed)
    records = records_in(snapshot.evidence_of, [Scope("QA_TESTER", "test", 0)])
    judgement = judge(snapshot, records, np.array([0]), np.array([1.0]), "opus", 0)
    assert judgement is not None
    assert "in 12 runs (5 self-reported) against" in judgement.reason()
