"""What is published, row by row: kinds of task, best models, the evidence for them, trials, tiers and agents."""

from typing import NamedTuple

from recommender.efforts import arm_name

ANY_AGENT = "*"
ANY_TYPE = "*"
ANY_KIND = -1


class Scope(NamedTuple):
    """What an answer is for: an agent, a type of work and a kind of task within it; each may be any."""

    agent_name: str = ANY_AGENT
    work_type: str = ANY_TYPE
    cluster_id: int = ANY_KIND


def is_narrower(one: Scope, other: Scope) -> bool:
    """Tell whether a scope lies within another, or is it."""
    return all(
        theirs in (mine, anything)
        for mine, theirs, anything in zip(one, other, (ANY_AGENT, ANY_TYPE, ANY_KIND), strict=True)
    )


class TaskKind(NamedTuple):
    """One kind of task: a cluster of the current clustering, all of one work type. `radius` is a cosine distance."""

    cluster_id: int
    label: str
    radius: float
    size: int = 0
    terms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    work_type: str = "other"


class BestModel(NamedTuple):
    """One row of serving.best_model_per_cluster: the answer where `baseline_model` would run without advice."""

    agent_name: str
    work_type: str
    cluster_id: int
    model: str
    answer_source: str
    reason: str
    success_rate: float
    success_low: float
    success_sd: float
    tasks_observed: int
    effective_n: float
    expected_cost_usd: float | None = None
    baseline_model: str | None = None
    baseline_expected_cost_usd: float | None = None
    effort: str = ""
    baseline_effort: str = ""

    @property
    def arm(self) -> str:
        """The model with its effort."""
        return arm_name(self.model, self.effort)

    @property
    def baseline(self) -> str | None:
        """The model with its effort that would run without advice."""
        return arm_name(self.baseline_model, self.baseline_effort) if self.baseline_model else None


class ModelEvidence(NamedTuple):
    """One row of learning.model_estimates: what a model can be trusted with in one scope.

    `known_outcomes` counts observed outcomes, a session and a repeated text each up to their limit; `log_cost` is that
    of the mean cost in dollars, its spread without what all models share. `worth_probability` is that of a positive
    net benefit against the scope's usual baseline. `effort` is empty where efforts of the model are not told apart; the
    parts of the two spreads that all its efforts share are `logit_model_sd` and `log_cost_model_sd`.
    """

    agent_name: str
    work_type: str
    cluster_id: int
    model: str
    success_rate: float
    success_low: float
    success_sd: float
    tasks_observed: int
    known_outcomes: float
    effective_n: float
    expected_cost_usd: float | None
    log_cost_sd: float
    worth_probability: float
    net_benefit: float | None
    logit: float
    logit_sd: float
    logit_shared_sd: float
    outcomes_to_choose: int | None
    is_baseline: bool
    is_chosen: bool
    reason: str
    effort: str = ""
    logit_model_sd: float = 0.0
    log_cost_model_sd: float = 0.0

    @property
    def arm(self) -> str:
        """The model with its effort."""
        return arm_name(self.model, self.effort)

    @property
    def scope(self) -> Scope:
        """The scope that the row is for."""
        return Scope(self.agent_name, self.work_type, self.cluster_id)


class Trial(NamedTuple):
    """A trial that draws spawns of its scope: running, or adopted and watched by a hold-out.

    One that was dropped or withdrawn keeps its candidate from being answered there for a while; one that is proposed
    does nothing until somebody starts it.

    `candidate_share` is the probability of the candidate in a drawn spawn; `cap` is how many candidate spawns may be
    drawn before the next night looks at them; `project` limits it to one repository.
    """

    trial_id: str
    agent_name: str
    work_type: str
    cluster_id: int
    project: str | None
    candidate_model: str
    baseline_model: str
    state: str
    candidate_share: float
    cap: int
    reason: str
    candidate_effort: str = ""
    baseline_effort: str = ""

    @property
    def candidate(self) -> str:
        """The model that is tried, with its effort."""
        return arm_name(self.candidate_model, self.candidate_effort)

    @property
    def baseline(self) -> str:
        """The model that it is tried against, with its effort."""
        return arm_name(self.baseline_model, self.baseline_effort)

    @property
    def scope(self) -> Scope:
        """The scope that the trial is of."""
        return Scope(self.agent_name, self.work_type, self.cluster_id)


class Tier(NamedTuple):
    """A model for an agent, a pattern such as COORD_*, or a work type (`type:docs`).

    A person's own tier is an order; one that was shipped only proposes a trial.
    """

    pattern: str
    model: str
    is_own: bool = False


class AgentSpec(NamedTuple):
    """An agent that has a spec; `declared_model` is the one that its spec names.

    `project` is the folder of the repository whose spec it is, empty for the user's own; `tools` are those that it may
    use, None where it may use all.
    """

    name: str
    declared_model: str | None = None
    description: str = ""
    project: str = ""
    tools: tuple[str, ...] | None = None
