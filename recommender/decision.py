"""The one place where a model is chosen: the candidate that is worth it, a failure being priced.

The nightly run decides for every scope with it, a lookup for one task, a trial for its end, a benchmark for its replay:
the same rule on the same kind of evidence.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.settings import LookupSettings

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

DRAWS = 512  # of the posterior: a probability of 0.8 is then known to within 0.018
SCOPES_AT_ONCE = 500


class DecisionReason(StrEnum):
    """Why a model was chosen."""

    CHEAPER = "a cheaper model is worth it"
    BETTER = "a stronger model is worth its price"
    UNTRIED = "no other model was tried enough"
    UNDECIDED = "other models were tried, and none is worth it so far"


@dataclass(frozen=True)
class Rule:
    """The settings that a decision depends on; `failure_cost` is in units of a spawn on the baseline.

    Where `is_quota`, costs are weighed by model: they are shares of a quota, and no dollars.
    """

    failure_cost: float = LookupSettings.failure_cost
    success_floor: float = LookupSettings.success_floor
    required_probability: float = LookupSettings.required_probability
    minimum_evidence: float = LookupSettings.minimum_evidence
    is_quota: bool = False


class RuleSettings(Protocol):
    """What a person may choose of the rule, wherever it was read from."""

    @property
    def failure_cost(self) -> float: ...  # noqa: D102
    @property
    def success_floor(self) -> float: ...  # noqa: D102
    @property
    def required_probability(self) -> float: ...  # noqa: D102
    @property
    def minimum_evidence(self) -> float: ...  # noqa: D102
    @property
    def model_weights(self) -> object: ...  # noqa: D102


def rule_of(settings: RuleSettings) -> Rule:
    """Take the rule of decision from the settings."""
    return Rule(
        settings.failure_cost,
        settings.success_floor,
        settings.required_probability,
        settings.minimum_evidence,
        bool(settings.model_weights),
    )


@dataclass(frozen=True)
class Evidence:
    """What is known in each scope, as arrays (scopes, models) unless said otherwise.

    The posterior of the logit of success is normal: mean `logit`, standard deviation `sd`, of which `shared` (scopes,)
    moves all models alike, as the difficulty of the work does. So is that of the log of a task's mean cost in dollars:
    `log_cost` (NaN where nothing is known) and `log_cost_sd`, which leaves out what moves all models alike. `known`
    counts the outcomes that were observed, and `baseline` (scopes,) is the index of the model that would run without
    advice.

    A column may be a model at one effort: then `model_of` numbers the models of the columns, and of the spreads `kin`
    and `log_cost_kin` move all columns of one model alike.
    """

    logit: Floats
    sd: Floats
    shared: Floats
    known: Floats
    log_cost: Floats
    log_cost_sd: Floats
    baseline: Ints
    kin: Floats | None = None
    log_cost_kin: Floats | None = None
    model_of: tuple[int, ...] = ()

    @property
    def cost_usd(self) -> Floats:
        """Expected cost of a task in dollars, NaN where unknown."""
        return np.asarray(np.exp(self.log_cost))

    def of(self, scopes: Ints | slice) -> "Evidence":
        """Return the evidence of some scopes."""
        taken: dict[str, Any] = {
            name: value[scopes] for name, value in vars(self).items() if isinstance(value, np.ndarray)
        }
        return replace(self, **taken)


@dataclass(frozen=True)
class Decisions:
    """Per scope: the model chosen and the reason; per model (scopes, models): what speaks for it.

    `net_benefit` is expected, in units of a spawn on the baseline, NaN where a cost is unknown; `worth` is the
    probability that it is positive.
    """

    chosen: Ints
    reasons: list[DecisionReason]
    net_benefit: Floats
    worth: Floats


@dataclass(frozen=True)
class Claims:
    """What the posterior says of each model against the baseline, as arrays (scopes, models).

    `gap` is the success that the baseline has over it, with `gap_low` and `gap_high` around 90 % of its draws;
    `cost_ratio` is the expected ratio of costs.
    """

    net_benefit: Floats
    worth: Floats
    success: Floats
    gap: Floats
    gap_low: Floats
    gap_high: Floats
    cost_ratio: Floats


def decide(evidence: Evidence, rule: Rule) -> Decisions:
    """Choose a model for each scope: the one with the best expected net benefit among those that are probably worth it.

    A model is a candidate where it was tried enough and both costs are known. A cheaper one must also reach the floor,
    or do at least as well as the baseline: where nothing reaches it, saving is no reason.
    """
    claims = claims_of(evidence, rule)
    scope, model = np.arange(len(evidence.baseline)), np.arange(evidence.logit.shape[1])
    others = model != evidence.baseline[:, None]
    tried = others & (evidence.known >= rule.minimum_evidence) & np.isfinite(claims.net_benefit)
    cheaper = claims.cost_ratio < 1
    sound = ~cheaper | (claims.success >= rule.success_floor) | (claims.gap <= 0)
    able = tried & sound & (claims.worth >= rule.required_probability)
    best = np.where(able, claims.net_benefit, -np.inf).argmax(axis=1)
    changes = able[scope, best]
    chosen = np.where(changes, best, evidence.baseline)
    facts = zip(changes.tolist(), cheaper[scope, best].tolist(), tried.any(axis=1).tolist(), strict=True)
    return Decisions(chosen, [_reason(*fact) for fact in facts], claims.net_benefit, claims.worth)


def claims_of(evidence: Evidence, rule: Rule) -> Claims:
    """Weigh each model against the baseline: NB = 1 - rho - v (p_s - p_c), where s is the baseline, c the candidate.

    rho is the ratio of their costs, p their success, v `failure_cost`; the baseline's own net benefit is zero.
    """
    shape = evidence.logit.shape
    net, worth, success, gap, low, high, ratio = (np.zeros(shape) for _ in range(7))
    for start in range(0, shape[0], SCOPES_AT_ONCE):
        block = slice(start, start + SCOPES_AT_ONCE)
        rates, ratios = posterior_draws(evidence, block)
        scope, baseline = np.arange(len(rates)), evidence.baseline[block]
        gaps = rates[scope, :, baseline][..., None] - rates
        benefit = 1 - ratios - rule.failure_cost * gaps
        is_known = np.isfinite(ratios).all(axis=1)
        net[block] = np.where(is_known, benefit.mean(axis=1), np.nan)
        worth[block] = np.where(is_known, (benefit > 0).mean(axis=1), 0)
        success[block], gap[block] = rates.mean(axis=1), gaps.mean(axis=1)
        low[block], high[block] = np.quantile(gaps, [0.05, 0.95], axis=1)
        ratio[block] = ratios.mean(axis=1)
    return Claims(net, worth, success, gap, low, high, ratio)


def posterior_draws(evidence: Evidence, scopes: slice) -> tuple[Floats, Floats]:
    """Draw success rates and ratios of cost to the baseline's, each (scopes, draws, models).

    From the joint posterior: antithetic, the same on every call.
    """
    sd, shared = evidence.sd[scopes], evidence.shared[scopes]
    models = sd.shape[1]
    kin, cost_sd = evidence.kin, evidence.log_cost_sd[scopes]
    alone = sd**2 - shared[:, None] ** 2 - (0 if kin is None else kin[scopes] ** 2)
    own = np.sqrt(np.maximum(alone, 0))
    normals = _normals(models)
    draws = evidence.logit[scopes][:, None, :] + own[:, None, :] * normals[None, :, 1 : 1 + models]
    draws += (shared[:, None] * normals[:, 0])[:, :, None]
    log_cost = evidence.log_cost[scopes][:, None, :]
    if kin is not None:
        together = _normals_of_models(evidence.model_of)
        draws += kin[scopes][:, None, :] * together[0]
        if evidence.log_cost_kin is not None:
            cost_kin = evidence.log_cost_kin[scopes]
            log_cost = log_cost + cost_kin[:, None, :] * together[1]
            cost_sd = np.sqrt(np.maximum(cost_sd**2 - cost_kin**2, 0))
    rates: Floats = 1 / (1 + np.exp(-draws))
    log_cost = log_cost + cost_sd[:, None, :] * normals[None, :, 1 + models :]
    baseline = log_cost[np.arange(len(log_cost)), :, evidence.baseline[scopes]]
    ratios: Floats = np.exp(np.minimum(log_cost - baseline[..., None], 50))
    return rates, ratios


def _reason(changes: bool, is_cheaper: bool, was_tried: bool) -> DecisionReason:
    if changes:
        return DecisionReason.CHEAPER if is_cheaper else DecisionReason.BETTER
    return DecisionReason.UNDECIDED if was_tried else DecisionReason.UNTRIED


def _normals(models: int) -> Floats:
    """Return standard normal draws (DRAWS, 1 + 2 models), mirrored, cached by the number of models."""
    if models not in _normals_of:
        half = np.random.default_rng(0).standard_normal((DRAWS // 2, 1 + 2 * models))
        _normals_of[models] = np.concatenate([half, -half])
    return _normals_of[models]


def _normals_of_models(model_of: tuple[int, ...]) -> Floats:
    """Return draws (2, DRAWS, columns), one for success and one for cost, the same for all columns of a model."""
    half = np.random.default_rng(1).standard_normal((2, DRAWS // 2, max(model_of, default=0) + 1))
    return np.concatenate([half, -half], axis=1)[:, :, list(model_of)]


_normals_of: dict[int, Floats] = {}
