"""The one place where a model is chosen: the cheapest that reliably does the work as well as the best.

The nightly run decides for every scope with it, a lookup for one task: the same rule on the same kind of evidence.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

DRAWS = 512  # of the posterior: a probability of 0.9 is then known to within 0.013
SCOPES_AT_ONCE = 500


class Ground(StrEnum):
    """Why a model was chosen."""

    CHEAPER = "a cheaper model has the evidence"
    BETTER = "the default was shown to be worse"
    ONLY_BEST = "no model reaches the floor, so the best one serves"
    DEFAULT_UNCHALLENGED = "no cheaper model was tried enough"
    DEFAULT_UNDECIDED = "cheaper models were tried, and the evidence does not suffice"


@dataclass(frozen=True)
class Rule:
    """The settings that a decision depends on."""

    tolerated_gap: float = 0.03
    success_floor: float = 0.5
    required_probability: float = 0.9
    minimum_evidence: float = 3.0


@dataclass(frozen=True)
class Evidence:
    """What is known in each scope, as arrays (scopes, models) unless said otherwise.

    The posterior of the logit of success is normal: mean `logit`, standard deviation `sd`, of which `shared` (scopes,)
    moves all models alike, as the difficulty of the work does. `effective_n` counts outcomes, `cost_usd` is the
    expected cost of a task, NaN where unknown, and `default` (scopes,) is the index of the default model.
    """

    logit: Floats
    sd: Floats
    shared: Floats
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


def posterior_draws(evidence: Evidence, scopes: slice) -> Floats:
    """Draw success rates (scopes, draws, models) from the joint posterior: antithetic, the same on every call."""
    sd, shared = evidence.sd[scopes], evidence.shared[scopes]
    own = np.sqrt(np.maximum(sd**2 - shared[:, None] ** 2, 0))
    normals = _normals(sd.shape[1])
    draws = evidence.logit[scopes][:, None, :] + own[:, None, :] * normals[None, :, 1:]
    draws += (shared[:, None] * normals[:, 0])[:, :, None]
    rates: Floats = 1 / (1 + np.exp(-draws))
    return rates


def decide(evidence: Evidence, rule: Rule) -> Decisions:
    """Choose a model for each scope."""
    scopes, models = evidence.logit.shape
    chosen, best = np.zeros(scopes, dtype=np.int64), np.zeros(scopes, dtype=np.int64)
    reliable, grounds = np.zeros((scopes, models)), []
    for start in range(0, scopes, SCOPES_AT_ONCE):
        rates = posterior_draws(evidence, slice(start, start + SCOPES_AT_ONCE))
        for scope, draws in enumerate(rates, start):
            claims = _claims(draws, evidence.effective_n[scope], int(evidence.default[scope]), rule)
            best[scope], reliable[scope] = claims.best, np.minimum(claims.as_good, claims.above)
            chosen[scope], ground = _choose(claims, evidence.cost_usd[scope], rule)
            grounds.append(ground)
    return Decisions(chosen, best, grounds, reliable)


@dataclass(frozen=True)
class _Claims:
    """For each model of one scope: was it tried here, and how probably is it good enough?"""

    best: int
    default: int
    tried: NDArray[np.bool_]
    as_good: Floats
    above: Floats


def _claims(draws: Floats, effective_n: Floats, default: int, rule: Rule) -> _Claims:
    """Compare draws (draws, models) with the best model among those tried here and the default."""
    tried = effective_n >= rule.minimum_evidence
    in_question = tried.copy()
    in_question[default] = True
    best = int(np.where(in_question, draws.mean(axis=0), -1).argmax())
    near_best = (draws >= draws[:, [best]] - rule.tolerated_gap).mean(axis=0)
    near_default = (draws >= draws[:, [default]] - rule.tolerated_gap).mean(axis=0)
    near_default[default] = near_best[default]
    above = (draws >= rule.success_floor).mean(axis=0)
    return _Claims(best, default, tried, np.minimum(near_best, near_default), above)


def _choose(claims: _Claims, cost_usd: Floats, rule: Rule) -> tuple[int, Ground]:
    """Return the model and the ground.

    Where no model is known to reach the floor, saving is no reason: only the best one may take the default's place.
    """
    required, default, best = rule.required_probability, claims.default, claims.best
    cost = np.where(np.isfinite(cost_usd), cost_usd, np.inf)
    model = np.arange(len(cost))
    others = claims.tried & (model != default)
    cheaper = others & (cost < cost[default])
    able = others & (claims.as_good >= required)
    if (claims.above[others | (model == default)] >= required).any():
        able &= claims.above >= required
    else:
        able &= model == best
    if (able & cheaper).any():
        found = int(np.where(able & cheaper, cost, np.inf).argmin())
        return found, Ground.CHEAPER if claims.above[found] >= required else Ground.ONLY_BEST
    if others[best] and claims.as_good[default] < 1 - required:
        able[best] = True
        return int(np.where(able, cost, np.inf).argmin()) if np.isfinite(cost[able]).any() else best, Ground.BETTER
    return default, Ground.DEFAULT_UNDECIDED if cheaper.any() else Ground.DEFAULT_UNCHALLENGED


def _normals(models: int) -> Floats:
    """Return standard normal draws (DRAWS, 1 + models), mirrored, cached by the number of models."""
    if models not in _normals_of:
        half = np.random.default_rng(0).standard_normal((DRAWS // 2, 1 + models))
        _normals_of[models] = np.concatenate([half, -half])
    return _normals_of[models]


_normals_of: dict[int, Floats] = {}
