"""The one place where a model is chosen: the cheapest that reliably does the work as well as the best."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.estimate.outcomes import Floats, Ints
from pipelines.settings import Settings

DRAWS = 512  # of the joint posterior: a probability of 0.9 is then known to within 0.013
SCOPES_AT_ONCE = 500


class Ground(StrEnum):
    """Why a model was chosen."""

    CHEAPER = "a cheaper model has the evidence"
    BETTER = "the default was shown to be worse"
    ONLY_BEST = "no model reaches the floor, so the best one serves"
    DEFAULT_BEST = "the default is the best, and no cheaper one comes near"
    DEFAULT_UNCHALLENGED = "no cheaper model was tried enough"
    DEFAULT_UNDECIDED = "cheaper models were tried, and the evidence does not suffice"


@dataclass(frozen=True)
class Rule:
    """The settings that a decision depends on."""

    tolerated_gap: float = 0.03
    success_floor: float = 0.5
    required_probability: float = 0.9
    minimum_evidence: float = 3.0

    @classmethod
    def of(cls, settings: Settings) -> "Rule":
        """Take the rule from the settings."""
        return cls(
            settings.tolerated_gap, settings.success_floor, settings.required_probability, settings.minimum_evidence
        )


@dataclass(frozen=True)
class Evidence:
    """What is known in each scope: posterior of the logits (scopes, models) with covariance (scopes, models, models),
    effective number of outcomes and expected cost, NaN where unknown (scopes, models), and the default (scopes,).
    """

    logit: Floats
    covariance: Floats
    effective_n: Floats
    cost_usd: Floats
    default: Ints


@dataclass(frozen=True)
class Decisions:
    """Per scope: the model chosen, the best one known, the ground; per model: the probability of being reliable.

    `reliable` is the probability of being within the tolerated gap of the best and of the default, and above the floor.
    """

    chosen: Ints
    best: Ints
    grounds: list[Ground]
    reliable: Floats


def posterior_draws(logit: Floats, covariance: Floats, seed: int = 0) -> Floats:
    """Draw success rates (scopes, draws, models) from the joint posterior: antithetic, the same on every call."""
    half = np.random.default_rng(seed).standard_normal((DRAWS // 2, logit.shape[1]))
    normals = np.concatenate([half, -half])
    jitter = 1e-9 * np.eye(logit.shape[1])
    root = np.linalg.cholesky(covariance + jitter)
    draws = logit[:, None, :] + np.einsum("dm,snm->sdn", normals, root, optimize=True)
    rates: Floats = 1 / (1 + np.exp(-draws))
    return rates


def decide(evidence: Evidence, rule: Rule) -> Decisions:
    """Choose a model for each scope."""
    scopes, models = evidence.logit.shape
    chosen, best = np.zeros(scopes, dtype=np.int64), np.zeros(scopes, dtype=np.int64)
    reliable, grounds = np.zeros((scopes, models)), []
    for start in range(0, scopes, SCOPES_AT_ONCE):
        block = slice(start, start + SCOPES_AT_ONCE)
        rates = posterior_draws(evidence.logit[block], evidence.covariance[block])
        for offset, draws in enumerate(rates):
            scope = start + offset
            default = int(evidence.default[scope])
            tried = evidence.effective_n[scope] >= rule.minimum_evidence
            best[scope] = _best(draws.mean(axis=0), tried, default)
            as_good, above = _claims(draws, int(best[scope]), default, rule)
            reliable[scope] = np.minimum(as_good, above)
            model, ground = _choose(as_good, above, tried, evidence.cost_usd[scope], int(best[scope]), default, rule)
            chosen[scope] = model
            grounds.append(ground)
    return Decisions(chosen, best, grounds, reliable)


def _best(mean: Floats, tried: Floats, default: int) -> int:
    """Return the model with the highest expected success among those tried here and the default."""
    in_question = tried.copy()
    in_question[default] = True
    return int(np.where(in_question, mean, -1).argmax())


def _claims(draws: Floats, best: int, default: int, rule: Rule) -> tuple[Floats, Floats]:
    """Return for each model the probability of being as good as need be, and of being above the floor."""
    near_best = (draws >= draws[:, [best]] - rule.tolerated_gap).mean(axis=0)
    near_default = (draws >= draws[:, [default]] - rule.tolerated_gap).mean(axis=0)
    near_default[default] = near_best[default]
    return np.minimum(near_best, near_default), (draws >= rule.success_floor).mean(axis=0)


def _choose(
    as_good: Floats, above: Floats, tried: Floats, cost: Floats, best: int, default: int, rule: Rule
) -> tuple[int, Ground]:
    required = rule.required_probability
    known_cost = np.where(np.isfinite(cost), cost, np.inf)
    others = tried & (np.arange(len(tried)) != default)
    cheaper = others & (known_cost < known_cost[default])
    if (above[others | (np.arange(len(tried)) == default)] >= required).any():
        able = others & (as_good >= required) & (above >= required)
    else:
        able = others & (as_good >= required) & (np.arange(len(tried)) == best)
    if (able & cheaper).any():
        model = int(np.where(able & cheaper, known_cost, np.inf).argmin())
        return model, Ground.CHEAPER if above[model] >= required else Ground.ONLY_BEST
    if best != default and as_good[default] < 1 - required and others[best]:
        fit = np.where(able, known_cost, np.inf)
        return (int(fit.argmin()) if np.isfinite(fit).any() else best), Ground.BETTER
    if not cheaper.any():
        return default, Ground.DEFAULT_UNCHALLENGED
    is_best = best == default and (as_good[cheaper] < 1 - required).all()
    return default, Ground.DEFAULT_BEST if is_best else Ground.DEFAULT_UNDECIDED
