"""Which agent and which model should do this task? Answered at once, whatever happens."""

import os
import time
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.answer import answer_for, cold_answer
from recommender.asked import Answer, Asked
from recommender.baseline import baseline_of
from recommender.deadline import within
from recommender.embedding.embedder import EmbeddingError
from recommender.embedding.local import LocalEmbedder
from recommender.fitting import fitting_agent
from recommender.home import snapshot_file
from recommender.journal.notes import note_decision
from recommender.kinds import kind_of_task
from recommender.published import Holder, Knowledge, LastKnownGood, Published, ServingTables, SnapshotFile
from recommender.recommendation import Recommendation
from recommender.settings import LookupSettings, database_url
from recommender.snapshot import Snapshot
from recommender.text.task_text import MAX_CHARACTERS, task_text
from recommender.work_types import work_type_of

LOADING_S = 5.0  # longest that loading may hold up who asks for it
# A task's text keeps at most its first 8,000 characters; of a longer one no more than this is looked at.
READ_CHARACTERS = 8 * MAX_CHARACTERS


class Recommender:
    """Answers lookups from one published source; safe to share among threads. Notes decisions only if told to."""

    def __init__(
        self, published: Holder | None = None, deadline_ms: float | None = None, *, notes_decisions: bool = False
    ) -> None:
        self._published = published or published_from_environment()
        self._deadline_s = (
            LookupSettings.from_environment().deadline_ms if deadline_ms is None else deadline_ms
        ) / 1000
        self._notes_decisions = notes_decisions

    def recommend(
        self,
        task: str,
        agent: str | None = None,
        *,
        prompt: str | None = None,
        project: str | os.PathLike[str] | None = None,
        parent_model: str | None = None,
        asked_model: str | None = None,
        asked_effort: str | None = None,
        session_effort: str | None = None,
        is_claudes: bool = True,
        draws_trials: bool = False,
        applies_effort: bool = True,
    ) -> Recommendation:
        """Recommend for a task: its whole text, or its short description with the `prompt` apart. Never raises.

        `project` is the folder that the spawn works in, `parent_model` the model of who spawns and `session_effort` its
        effort, `asked_model` and `asked_effort` those that the call names. Of a spawn that is not Claude Code's
        (`is_claudes`) they alone tell what would run. Only a caller that applies the answer lets trials draw, and one
        that cannot apply an effort says so.
        """
        started = time.perf_counter()
        knowledge, match, text = Knowledge(), None, ""
        asked = Asked(None, "other", applies_effort=applies_effort, settings=LookupSettings.from_environment())
        try:
            text = task_text(_text(task), _text(prompt))
            agent = str(agent).strip() or None if agent is not None else None
            folder = os.fspath(project) if project else None
            asked = asked._replace(agent=agent, work_type=work_type_of(text, agent), project=folder)
            knowledge = self._published.current(self._deadline_s)
            snapshot = knowledge.snapshot
            vector, problem = self._vector(knowledge, text, started)
            knowledge = knowledge._replace(problem=knowledge.problem or problem)
            if snapshot and vector is not None:
                match = kind_of_task(snapshot, vector, asked.work_type, folder)
            if snapshot and agent is None:
                agent = fitting_agent(snapshot, match, vector, asked.work_type, folder)
            specs = snapshot.agents if snapshot else ()
            baseline = baseline_of(
                agent,
                asked=asked_model,
                project=folder,
                parent_model=parent_model,
                specs=specs,
                asked_effort=asked_effort,
                session_effort=session_effort,
                is_claudes=is_claudes,
            )
            asked = asked._replace(agent=agent, match=match, baseline=baseline)
            answer = answer_for(snapshot, asked, draws_trials=draws_trials)
        except Exception as error:  # the promise: a lookup never stops a spawn
            knowledge = knowledge._replace(problem=f"The lookup failed ({type(error).__name__}).")
            answer = cold_answer(asked)
        recommendation = _recommendation(answer, asked, knowledge, started)
        if self._notes_decisions:
            note_decision(recommendation, text)
        return recommendation

    def prepare(self, wait_s: float = LOADING_S) -> bool:
        """Load what was published, so that later lookups keep their deadline; return whether it is there now."""
        return self._published.current(wait_s).snapshot is not None

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


def recommend(
    task: str,
    agent: str | None = None,
    *,
    prompt: str | None = None,
    project: str | os.PathLike[str] | None = None,
    parent_model: str | None = None,
    draws_trials: bool = True,
    applies_effort: bool = True,
) -> Recommendation:
    """Recommend an agent and a model for a task, from what the nightly run published. Never raises, never waits.

    `project` is the folder that the spawn works in, `parent_model` the model of who spawns: they tell what would run
    without us. A running trial may draw the answer, so spawn with the model and effort that are returned. Say so by
    `draws_trials` where you only look, and by `applies_effort` where an effort cannot be applied.
    """
    try:
        recommender = default_recommender()
    except Exception:  # no data home can be named: the working folder is gone, say
        recommender = Recommender(Published(SnapshotFile(Path(os.devnull))))
    return recommender.recommend(
        task,
        agent,
        prompt=prompt,
        project=project,
        parent_model=parent_model,
        draws_trials=draws_trials,
        applies_effort=applies_effort,
    )


def prepare() -> bool:
    """Load what lookups need, and return whether anything was published. Never raises.

    The import of `recommend` does so by itself; a service may do it at its own start.
    """
    try:
        return default_recommender().prepare()
    except Exception:  # as for a lookup: no data home can be named, say
        return False


async def arecommend(
    task: str,
    agent: str | None = None,
    *,
    prompt: str | None = None,
    project: str | os.PathLike[str] | None = None,
    parent_model: str | None = None,
    applies_effort: bool = True,
) -> Recommendation:
    """Recommend without holding up the event loop."""
    import asyncio

    return await asyncio.to_thread(
        recommend,
        task,
        agent,
        prompt=prompt,
        project=project,
        parent_model=parent_model,
        applies_effort=applies_effort,
    )


@cache
def default_recommender() -> Recommender:
    """Return the process's own recommender, set up from the environment at its first use."""
    return Recommender(notes_decisions=True)


def published_from_environment() -> Holder:
    """Return the snapshot file, behind the database where `DATABASE_URL` names one."""
    file = Published(SnapshotFile(snapshot_file()))
    url = database_url()
    return LastKnownGood(Published(ServingTables(url)), file) if url else file


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        value = value[:READ_CHARACTERS].decode("utf-8", errors="replace")
    return "" if value is None else str(value)[:READ_CHARACTERS]


def _recommendation(answer: Answer, asked: Asked, knowledge: Knowledge, started: float) -> Recommendation:
    row, snapshot, match = answer.evidence, knowledge.snapshot, asked.match
    kind = match.kind if match and match.is_inside else None
    return Recommendation(
        model=answer.model,
        agent=asked.agent,
        is_change=answer.is_change,
        source=answer.source,
        reason=f"{answer.reason} ({knowledge.problem})" if knowledge.problem else answer.reason,
        success_rate=row.success_rate if row else None,
        success_low=row.success_low if row else None,
        tasks_observed=row.tasks_observed if row else None,
        expected_cost_usd=row.expected_cost_usd if row else None,
        baseline_model=answer.baseline.model if answer.baseline else None,
        work_type=asked.work_type,
        cluster_id=kind.cluster_id if kind else None,
        cluster_label=kind.label if kind else None,
        similarity=round(match.similarity, 4) if match else None,
        trial_id=answer.trial_id,
        snapshot_version=snapshot.version if snapshot else None,
        snapshot_age_s=round((datetime.now(UTC) - snapshot.created_at).total_seconds(), 1) if snapshot else None,
        decision_id=str(uuid.uuid4()),
        propensity=answer.propensity,
        latency_ms=round((time.perf_counter() - started) * 1000, 3),
        baseline_source=answer.baseline.source if answer.baseline else None,
        trial_arm=answer.arm,
        is_sample=snapshot is not None and snapshot.is_sample,
        problem=knowledge.problem,
        baseline_effort=(answer.baseline.effort or None) if answer.baseline else None,
        effort=answer.effort,
    )
