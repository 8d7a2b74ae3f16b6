"""The question of a lookup, the answer to it, and the scopes that speak for it."""

from typing import Literal, NamedTuple

from recommender.baseline import Baseline
from recommender.efforts import split_arm
from recommender.kinds import Match
from recommender.published_rows import ANY_AGENT, ANY_KIND, BestModel, ModelEvidence, Scope
from recommender.settings import LookupSettings
from recommender.trials import Arm

Source = Literal["trial", "cluster", "agent", "baseline", "tier", "default"]
# Who says that an agent runs on a model because a person chose it for that agent: only its own record may speak
# against that.
CHOSEN_BY_SPEC = ("project_spec", "user_spec")


class Asked(NamedTuple):
    """What a lookup is about: the agent, the work, what would run without us, and where.

    `applies_effort` tells whether an effort that is answered can be applied; `settings` are those of who asks.
    """

    agent: str | None
    work_type: str
    match: Match | None = None
    baseline: Baseline | None = None
    project: str | None = None
    applies_effort: bool = True
    settings: LookupSettings = LookupSettings()

    @property
    def scope(self) -> Scope:
        """The narrowest scope that the task falls in."""
        kind = self.match.kind.cluster_id if self.match and self.match.is_inside else ANY_KIND
        return Scope(self.agent or ANY_AGENT, self.work_type, kind)


class Answer(NamedTuple):
    """A model, where the answer came from, why, the evidence if there is any, and the probability of this answer.

    `baseline` is what would run without us: told by the caller and its files, or what usually runs (`usual`).
    """

    model: str
    source: Source
    reason: str
    evidence: BestModel | ModelEvidence | None = None
    baseline: Baseline | None = None
    propensity: float = 1.0
    trial_id: str | None = None
    arm: Arm | None = None
    judged_effort: str = ""

    @property
    def effort(self) -> str | None:
        """The effort to spawn with, None where it is to be left as it is."""
        if not self.judged_effort or self.baseline is None or not self.baseline.is_effort_open:
            return None
        would_run = self.baseline.effort if self.model == self.baseline.model else ""
        return self.judged_effort if self.judged_effort != would_run else None

    @property
    def is_change(self) -> bool:
        """Whether another model is answered than would run, or another effort of it."""
        return self.baseline is not None and (self.model != self.baseline.model or self.effort is not None)

    def at(self, arm: str) -> "Answer":
        """Return the same answer for another arm."""
        model, effort = split_arm(arm)
        return self._replace(model=model, judged_effort=effort)


def scopes_of(asked: Asked) -> list[Scope]:
    """Return the scopes that speak for a task, the narrowest first."""
    kinds = [asked.scope.cluster_id, ANY_KIND] if asked.scope.cluster_id != ANY_KIND else [ANY_KIND]
    names = [asked.agent, ANY_AGENT] if asked.agent else [ANY_AGENT]
    scopes = [Scope(name, asked.work_type, kind) for name in names for kind in kinds]
    return [*scopes, Scope(asked.agent)] if asked.agent else scopes
