"""What is published, row by row: kinds of task, best models, the evidence for them, tiers and agents."""

from typing import NamedTuple

ANY_AGENT = "*"
ANY_KIND = -1


class TaskKind(NamedTuple):
    """One kind of task: a cluster of the current clustering. `radius` is a cosine distance."""

    cluster_id: int
    label: str
    radius: float
    size: int = 0
    terms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


class BestModel(NamedTuple):
    """One row of serving.best_model_per_cluster: `ANY_AGENT` and `ANY_KIND` stand for all."""

    agent_name: str
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
    default_model: str | None = None
    default_expected_cost_usd: float | None = None


class ModelEvidence(NamedTuple):
    """One row of learning.model_estimates: what a model can be trusted with in one scope."""

    agent_name: str
    cluster_id: int
    model: str
    success_rate: float
    success_low: float
    success_sd: float
    tasks_observed: int
    effective_n: float
    expected_cost_usd: float | None
    reliable_probability: float
    logit: float
    logit_sd: float
    logit_shared_sd: float
    outcomes_to_choose: int | None
    is_default: bool
    is_chosen: bool
    reason: str


class Tier(NamedTuple):
    """The default model of an agent, or of a pattern such as COORD_*."""

    agent_pattern: str
    model: str


class AgentSpec(NamedTuple):
    """An agent that has a spec; `declared_model` is the one that its spec names."""

    name: str
    declared_model: str | None = None
    description: str = ""
