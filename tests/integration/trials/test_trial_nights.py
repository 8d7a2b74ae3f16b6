"""A user on one model: the trials that the nights start by themselves find where a cheaper model does."""

import hashlib
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.cluster.nightly import cluster_tasks
from pipelines.estimate.nightly import estimate_models
from pipelines.ingest.vectors import TextVectors, store_vectors
from pipelines.journal.load import load_journal
from pipelines.marts.run_dbt import run_dbt
from pipelines.progress import SilentProgress
from pipelines.publish.snapshot import publish_snapshot
from pipelines.settings import Settings
from pipelines.trials.update_trials import update_trials
from pipelines.warehouse import Warehouse
from recommender.decision import rule_of
from recommender.embedding.local import LocalEmbedder
from recommender.journal.notes import note_decision
from recommender.lookup import Recommender

AGENT = "worker"
COST = {"opus": 0.5, "haiku": 0.1}  # dollars, the mean of a log-normal
SUCCESS = 0.96
HARD, HARD_GAP = "fix", 0.15
WORK = {
    "test": ("Write unit tests for the {}", ["invoice parser", "tax table", "date rules", "currency rounding"]),
    "docs": ("Write the documentation of the {}", ["billing guide", "setup page", "glossary", "release notes"]),
    "review": ("Review the pull request for the {}", ["login form", "session store", "password rules", "audit trail"]),
    "fix": ("Fix the bug in the {}", ["upload queue", "retry loop", "file lock", "worker pool"]),
}
HISTORY, NIGHTLY, NIGHTS = 2_000, 40, 9
TODAY = datetime.now(UTC)


@dataclass
class Spawn:
    """One spawn that has run."""

    key: str
    work: str
    text: str
    model: str
    at: datetime
    succeeded: bool
    cost_usd: float


@dataclass
class User:
    """Spawns agents; what a model does of a kind of work is drawn with the planted chances."""

    chance: random.Random = field(default_factory=lambda: random.Random(8))
    embedder: LocalEmbedder = field(default_factory=LocalEmbedder)

    def task(self, number: int) -> tuple[str, str]:
        work = list(WORK)[number % len(WORK)]
        title, things = WORK[work]
        return work, f"{title.format(self.chance.choice(things))} of customer {self.chance.randrange(10_000)}"

    def ran(self, key: str, work: str, text: str, model: str, at: datetime) -> Spawn:
        success = SUCCESS - (HARD_GAP if model == "haiku" and work == HARD else 0)
        cost = COST[model] * self.chance.lognormvariate(-0.125, 0.5)
        return Spawn(key, work, text, model, at, self.chance.random() < success, cost)

    def history(self) -> Iterator[Spawn]:
        for number in range(HISTORY):
            work, text = self.task(number)
            at = TODAY - timedelta(days=NIGHTS + 1 + 60 * (1 - number / HISTORY))
            yield self.ran(f"old-{number}", work, text, "opus", at)

    def day(self, night: int) -> Iterator[Spawn]:
        random.seed(night)  # the draws of the trials, whatever else has drawn before
        recommender = Recommender(deadline_ms=60_000)
        for number in range(NIGHTLY):
            work, text = self.task(number)
            key = f"{night}-{number}"
            answer = recommender.recommend(text, AGENT, parent_model="opus", draws_trials=True)
            note_decision(
                answer,
                text,
                mode="enforce",
                applied_model=answer.model if answer.is_change else None,
                tool_use_id=key,
            )
            at = TODAY - timedelta(days=NIGHTS - night) + timedelta(minutes=number)
            yield self.ran(key, work, text, answer.model, at)


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def load(warehouse: Warehouse, user: User, spawns: list[Spawn]) -> None:
    vectors = user.embedder.embed([spawn.text for spawn in spawns])
    with warehouse.connect() as connection, connection.cursor() as cursor:
        rows = [(uuid.uuid5(uuid.NAMESPACE_OID, spawn.key), spawn) for spawn in spawns]
        cursor.executemany(
            """insert into learning.task_history (
                id, source, source_key, created_at, finished_at, session_id, project, task_title, task_description,
                task_hash, agent_used, model_used, model_source, cost_usd, tool_uses
            ) values (%s, 'claude-code', %s, %s, %s, %s, 'shop', %s, %s, %s, %s, %s, 'observed', %s, 6)""",
            [
                (
                    *(task, spawn.key, spawn.at, spawn.at, f"session {spawn.key}", spawn.text, spawn.text),
                    *(text_hash(spawn.text), AGENT, spawn.model, spawn.cost_usd),
                )
                for task, spawn in rows
            ],
        )
        hashes = [text_hash(spawn.text) for spawn in spawns]
        store_vectors(connection, TextVectors(user.embedder.name, hashes, vectors))
        cursor.executemany(
            "insert into learning.outcome_signals (task_id, signal) values (%s, %s)",
            [(task, "result_used" if spawn.succeeded else "tool_error") for task, spawn in rows],
        )


BEFORE, AFTER, PROOF = "+int_trial_spawns +int_outcome_probabilities", "+best_model_per_cluster", "+proven_savings"


def build(warehouse: Warehouse, settings: Settings, models: str) -> None:
    run = run_dbt(warehouse, settings, ["build", "--select", models, "--exclude-resource-type", "test unit_test"])
    assert run.failures == []


def night(warehouse: Warehouse, settings: Settings) -> None:
    load_journal(warehouse)
    cluster_tasks(warehouse, settings, LocalEmbedder.name, SilentProgress())
    build(warehouse, settings, BEFORE)
    estimate_models(warehouse, settings, SilentProgress())
    update_trials(warehouse, settings, rule_of(settings))
    build(warehouse, settings, AFTER)
    publish_snapshot(warehouse, settings)


def test_trials_on_auto_adopt_where_the_cheaper_model_does_and_prove_what_they_saved(
    warehouse: Warehouse, subtests: pytest.Subtests
) -> None:
    settings, user = Settings(trials="auto", trials_budget=20), User()
    load(warehouse, user, list(user.history()))
    night(warehouse, settings)
    ran: list[Spawn] = []
    for number in range(NIGHTS):
        today = list(user.day(number))
        ran += today
        load(warehouse, user, today)
        night(warehouse, settings)
    build(warehouse, settings, PROOF)
    with warehouse.connect() as connection:
        states = dict(connection.execute("select work_type, state from learning.trials").fetchall())
        proven = connection.execute(
            """select saving_low_usd, saving_high_usd, trials.work_type
            from marts.proven_savings
            inner join learning.trials using (trial_id)
            where period = 'to date'"""
        ).fetchall()
    with subtests.test(msg="adopted where haiku is as good, ended where it is worse"):
        assert {work for work, state in states.items() if state == "adopted"} == set(WORK) - {HARD}
        assert states[HARD] in ("dropped", "paused", "withdrawn")
    with subtests.test(msg="what is proven holds the truth"):
        assert {work for *_, work in proven} == set(WORK)
        spawned = {work: sum(spawn.work == work and spawn.model == "haiku" for spawn in ran) for work in WORK}
        truth = {work: count * (COST["opus"] - COST["haiku"]) for work, count in spawned.items()}
        known = [(low, high, work) for low, high, work in proven if low is not None]
        held = [low <= truth[work] <= high for low, high, work in known]
        assert sum(held) >= len(held) - 1 >= 2  # of intervals of 90 %
        assert all(low > 0 for low, _, work in known if work != HARD)
    with subtests.test(msg="the harm of a trial that failed stays small"):
        assert sum(spawn.work == HARD and spawn.model == "haiku" for spawn in ran) <= 25
    with subtests.test(msg="afterwards the cheaper model answers, but for the hold-out"):
        late = [spawn for spawn in ran[-3 * NIGHTLY :] if spawn.work != HARD]
        assert sum(spawn.model == "haiku" for spawn in late) / len(late) > 0.85
