"""The answer to a lookup, as its contract in README.md has it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from recommender.asked import Source
from recommender.trials import Arm

OWN_FIELDS = (
    "baseline_source",
    "baseline_effort",
    "trial_arm",
    "problem",
    "is_sample",
)  # of no contract: for the journal and the hook


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to spawn with, and the evidence; evidence is None where there is none.

    `baseline_model` is what would run without us, `is_change` whether `model` is another one.
    """

    model: str
    agent: str | None
    is_change: bool
    source: Source
    reason: str
    success_rate: float | None
    success_low: float | None
    tasks_observed: int | None
    expected_cost_usd: float | None
    baseline_model: str | None
    work_type: str
    cluster_id: int | None
    cluster_label: str | None
    similarity: float | None
    trial_id: str | None
    snapshot_version: str | None
    snapshot_age_s: float | None
    decision_id: str
    propensity: float
    latency_ms: float
    # For the journal and the hook: who tells the baseline, and what a trial drew.
    baseline_source: str | None = field(default=None, repr=False)
    trial_arm: Arm | None = field(default=None, repr=False)
    is_sample: bool = field(default=False, repr=False)  # of invented work
    problem: str | None = field(default=None, repr=False)  # what kept the answer from being learned
    baseline_effort: str | None = field(default=None, repr=False)
    # How hard the model is to think; None where that is to be left as it is.
    effort: str | None = None

    @property
    def may_be_applied(self) -> bool:
        """Whether a hook may act on it: what would run is known, and it was not learned from invented work."""
        return self.baseline_model is not None and self.baseline_source != "usual" and not self.is_sample

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the contract by name, as the command line prints them."""
        known = {name: value for name, value in asdict(self).items() if name not in OWN_FIELDS}
        return {"model": known.pop("model"), "effort": known.pop("effort"), **known}
