"""Which agent and which model should do this task? Answered at once, whatever happens."""

import os
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.answer import Answer, Source, answer_for, cold_answer
from recommender.deadline import within
from recommender.embedding import EmbeddingError, LocalEmbedder
from recommender.home import snapshot_file
from recommender.journal import note_decision
from recommender.kinds import Match, fitting_agent, kind_of_task
from recommender.published import Holder, Knowledge, LastKnownGood, Published, ServingTables, SnapshotFile
from recommender.snapshot import Snapshot
from recommender.task_text import MAX_CHARACTERS, task_text

DEFAULT_DEADLINE_MS = 250.0
# A task's text keeps at most its first 8,000 characters; of a longer one no more than this is looked at.
READ_CHARACTERS = 8 * MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to spawn with, and the evidence; evidence is None where there is none."""

    model: str
    agent: str | None
    source: Source
    reason: str
    success_rate: float | None
    success_low: float | None
    tasks_observed: int | None
    expected_cost_usd: float | None
    cluster_id: int | None
    cluster_label: str | None
    similarity: float | None
    snapshot_version: str | None
    snapshot_age_s: float | None
    decision_id: str
    propensity: float
    latency_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, as the command line prints them."""
        return asdict(self)


class Recommender:
    """Answers lookups from one published source; safe to share among threads. Notes decisions only if told to."""

    def __init__(
        self, published: Holder | None = None, deadline_ms: float | None = None, *, notes_decisions: bool = False
    ) -> None:
        self._published = published or published_from_environment()
        self._deadline_s = (deadline_from_environment() if deadline_ms is None else deadline_ms) / 1000
        self._notes_decisions = notes_decisions

    def recommend(self, task: str, agent: str | None = None, *, prompt: str | None = None) -> Recommendation:
        """Recommend for a task: its whole text, or its short description with the `prompt` apart. Never raises."""
        started = time.perf_counter()
        knowledge, match, text = Knowledge(), None, ""
        try:
            text = task_text(_text(task), _text(prompt))
            agent = str(agent).strip() or None if agent is not None else None
            knowledge = self._published.current(self._deadline_s)
            vector, problem = self._vector(knowledge, text, started)
            knowledge = knowledge._replace(problem=knowledge.problem or problem)
            if knowledge.snapshot and vector is not None:
                match = kind_of_task(knowledge.snapshot, vector)
            if knowledge.snapshot and agent is None:
                agent = fitting_agent(knowledge.snapshot, match, vector)
            answer = answer_for(knowledge.snapshot, agent, match)
        except Exception as error:  # the promise: a lookup never stops a spawn
            knowledge = knowledge._replace(problem=f"The lookup failed ({type(error).__name__}).")
            answer = cold_answer(None, agent if isinstance(agent, str) else None)
        recommendation = _recommendation(answer, agent, match, knowledge, started)
        if self._notes_decisions:
            note_decision(recommendation, text)
        return recommendation

    def understand(self, task: str) -> tuple[Snapshot | None, NDArray[np.float32] | None]:
        """Return what is known and the task's vector, each None where it cannot be had."""
        knowledge = self._published.current(self._deadline_s)
        return knowledge.snapshot, self._vector(knowledge, task_text(_text(task)), time.perf_counter())[0]

    def _vector(self, knowledge: Knowledge, text: str, started: float) -> tuple[NDArray[np.float32] | None, str | None]:
        embedder = knowledge.embedder
        if embedder is None or not text.strip():
            return None, None if text.strip() else "The task is empty."
        try:
            if isinstance(embedder, LocalEmbedder):
                return embedder.embed([text])[0], None
            remaining = self._deadline_s - (time.perf_counter() - started)
            return within(remaining, lambda: embedder.embed([text]))[0], None
        except EmbeddingError as error:
            return None, str(error)
        except TimeoutError:
            return None, "The embedding server did not answer in time."


def recommend(task: str, agent: str | None = None, *, prompt: str | None = None) -> Recommendation:
    """Recommend an agent and a model for a task, from what the nightly run published. Never raises, never waits."""
    try:
        recommender = default_recommender()
    except Exception:  # no data home can be named: the working folder is gone, say
        recommender = Recommender(Published(SnapshotFile(Path(os.devnull))), DEFAULT_DEADLINE_MS)
    return recommender.recommend(task, agent, prompt=prompt)


async def arecommend(task: str, agent: str | None = None, *, prompt: str | None = None) -> Recommendation:
    """Recommend without holding up the event loop."""
    import asyncio

    return await asyncio.to_thread(recommend, task, agent, prompt=prompt)


@cache
def default_recommender() -> Recommender:
    """Return the process's own recommender, set up from the environment at its first use."""
    return Recommender(notes_decisions=True)


def published_from_environment() -> Holder:
    """Return the snapshot file, behind the database where `DATABASE_URL` names one."""
    file = Published(SnapshotFile(snapshot_file()))
    url = os.environ.get("DATABASE_URL")
    return LastKnownGood(Published(ServingTables(url)), file) if url else file


def deadline_from_environment() -> float:
    """Return `SPAWNWISE_DEADLINE_MS`, or the default where it is no positive number."""
    try:
        chosen = float(os.environ.get("SPAWNWISE_DEADLINE_MS", ""))
    except ValueError:
        return DEFAULT_DEADLINE_MS
    return chosen if 0 < chosen < float("inf") else DEFAULT_DEADLINE_MS


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        value = value[:READ_CHARACTERS].decode("utf-8", errors="replace")
    return "" if value is None else str(value)[:READ_CHARACTERS]


def _recommendation(
    answer: Answer, agent: str | None, match: Match | None, knowledge: Knowledge, started: float
) -> Recommendation:
    row, snapshot = answer.evidence, knowledge.snapshot
    kind = match.kind if match and match.is_inside else None
    return Recommendation(
        model=answer.model,
        agent=agent,
        source=answer.source,
        reason=f"{answer.reason} ({knowledge.problem})" if knowledge.problem else answer.reason,
        success_rate=row.success_rate if row else None,
        success_low=row.success_low if row else None,
        tasks_observed=row.tasks_observed if row else None,
        expected_cost_usd=row.expected_cost_usd if row else None,
        cluster_id=kind.cluster_id if kind else None,
        cluster_label=kind.label if kind else None,
        similarity=round(match.similarity, 4) if match else None,
        snapshot_version=snapshot.version if snapshot else None,
        snapshot_age_s=round((datetime.now(UTC) - snapshot.created_at).total_seconds(), 1) if snapshot else None,
        decision_id=str(uuid.uuid4()),
        propensity=answer.propensity,
        latency_ms=round((time.perf_counter() - started) * 1000, 3),
    )
