"""A spawn of a client that is not Claude Code, and what to do about its model."""

from collections.abc import Callable
from typing import NamedTuple

from recommender.hooks.exchange import OPT_OUT, change_in_words, obstacle_in, without_idle_draw
from recommender.hooks.hook_log import log_missed_answer
from recommender.settings import LookupSettings


class Spawn(NamedTuple):
    """What a client tells of a spawn before it happens; `usual_model` is the one that would run without us."""

    agent: str
    description: str
    prompt: str
    project: str | None
    usual_model: str | None
    asked_model: str | None
    session_id: str | None
    tool_use_id: str | None
    asked_effort: str | None = None
    is_fork: bool = False
    is_configured: bool = False  # a person gave this agent its model or effort
    takes_effort: bool = False

    @property
    def obstacle(self) -> str | None:
        """Why its model may not be changed: somebody chose one, or asked us to stay out; None where it may be."""
        from recommender.tiers import is_listed

        return obstacle_in(
            explicit_model=self.asked_model,
            explicit_effort=self.asked_effort,
            fork=self.is_fork,
            own_configuration=self.is_configured,
            pinned=is_listed(self.agent, LookupSettings.from_environment().pinned_agents),
            opted_out=OPT_OUT.search(f"{self.description}\n{self.prompt}"),
        )


class Change(NamedTuple):
    """What to spawn with, and how to tell."""

    model: str
    effort: str | None
    message: str


def change_for(spawn: Spawn, mode: str, usable: Callable[[str], str | None]) -> Change | None:
    """Note what is decided on a spawn, and return what is to be told or changed; None leaves it alone.

    `usable` names a model as the client takes it, None where it has no such model.
    """
    from recommender.efforts import effort_rank
    from recommender.journal.notes import note_decision
    from recommender.lookup import Recommender
    from recommender.text.task_text import task_text

    obstacle = spawn.obstacle
    recommendation = Recommender().recommend(
        spawn.description,
        spawn.agent,
        prompt=spawn.prompt,
        project=spawn.project,
        parent_model=spawn.usual_model,
        asked_model=spawn.asked_model,
        is_claudes=False,
        draws_trials=mode == "enforce" and obstacle is None,
        applies_effort=spawn.takes_effort,
    )
    if spawn.description or spawn.prompt:
        log_missed_answer(recommendation)
    # What a person has set is not told here, so that an effort is only ever lowered.
    is_lower = effort_rank(recommendation.effort or "") <= effort_rank(recommendation.baseline_effort or "")
    effort = recommendation.effort if spawn.takes_effort and is_lower else None
    is_change = recommendation.model != recommendation.baseline_model or effort is not None
    is_applicable = obstacle is None and recommendation.may_be_applied and recommendation.is_change and is_change
    model = usable(recommendation.model) if is_applicable else None
    is_whole = model is not None and mode == "enforce" and effort == recommendation.effort
    recommendation = without_idle_draw(recommendation, is_applied=is_whole)
    note_decision(
        recommendation,
        task_text(spawn.description, spawn.prompt),
        mode=mode,
        asked_model=spawn.asked_model,
        applied_model=recommendation.model if model and mode == "enforce" else None,
        applied_effort=effort if model and mode == "enforce" else None,
        asked_effort=spawn.asked_effort,
        obstacle=obstacle,
        session_id=spawn.session_id,
        tool_use_id=spawn.tool_use_id,
    )
    if model is None or mode not in ("advise", "enforce"):
        return None
    return Change(model, effort, change_in_words(spawn.agent, recommendation, mode))
