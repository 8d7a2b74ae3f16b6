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
    claims = claims_of(evidence, rule)
    required, default, best = rule.required_probability, evidence.default, claims.best
    cost = np.where(np.isfinite(evidence.cost_usd), evidence.cost_usd, np.inf)
    scope, model = np.arange(len(cost)), np.arange(cost.shape[1])
    is_default, is_best = model == default[:, None], model == best[:, None]
    others = claims.tried & ~is_default
    default_cost = evidence.cost_usd[scope, default]
    cheaper = others & (cost < np.where(np.isfinite(default_cost), default_cost, -np.inf)[:, None])
    # Where no model is known to reach the floor, saving is no reason: only the best may take the default's place.
    is_above = claims.above >= required
    is_reached = (is_above & (others | is_default)).any(axis=1)
    able = others & (claims.as_good >= required) & np.where(is_reached[:, None], is_above, is_best)
    saves = able & cheaper
    best_tried = others[scope, best]
    is_worse = best_tried & (claims.as_good[scope, default] < 1 - required)
    has_saving = saves.any(axis=1)
    to_save = np.where(saves, cost, np.inf).argmin(axis=1)
    to_improve = _cheapest(able | (best_tried[:, None] & is_best), cost, best)
    chosen = np.where(has_saving, to_save, np.where(is_worse, to_improve, default))
    facts = (has_saving, is_worse, is_above[scope, chosen], cheaper.any(axis=1))
    grounds = [_ground(*known) for known in zip(*(fact.tolist() for fact in facts), strict=True)]
    return Decisions(chosen, best, grounds, claims.reliable)


@dataclass(frozen=True)
class Claims:
    """Which model is the best (scopes,), and for each (scopes, models): was it tried, is it probably good enough?

    `as_good` is the probability of being within the tolerated gap of the best and of the default, `above` that of being
    above the floor.
    """

    best: Ints
    tried: NDArray[np.bool_]
    as_good: Floats
    above: Floats

    @property
    def reliable(self) -> Floats:
        """The smaller of both probabilities."""
        return np.minimum(self.as_good, self.above)


def claims_of(evidence: Evidence, rule: Rule) -> Claims:
    """Weigh each model against the best one among those tried in the scope and the default."""
    tried = evidence.effective_n >= rule.minimum_evidence
    in_question = tried.copy()
    in_question[np.arange(len(tried)), evidence.default] = True
    best = np.zeros(len(tried), dtype=np.int64)
    as_good, above = np.zeros(tried.shape), np.zeros(tried.shape)
    for start in range(0, len(tried), SCOPES_AT_ONCE):
        block = slice(start, start + SCOPES_AT_ONCE)
        draws, default = posterior_draws(evidence, block), evidence.default[block]
        scope = np.arange(len(draws))
        best[block] = np.where(in_question[block], draws.mean(axis=1), -1).argmax(axis=1)
        rivals = (draws[scope, :, index][..., None] for index in (best[block], default))
        near_best, near_default = ((draws >= rival - rule.tolerated_gap).mean(axis=1) for rival in rivals)
        near_default[scope, default] = 1.0
        as_good[block] = np.minimum(near_best, near_default)
        above[block] = (draws >= rule.success_floor).mean(axis=1)
    return Claims(best, tried, as_good, above)


def _ground(saves: bool, is_better: bool, is_above: bool, is_challenged: bool) -> Ground:
    if saves:
        return Ground.CHEAPER if is_above else Ground.ONLY_BEST
    if is_better:
        return Ground.BETTER
    return Ground.DEFAULT_UNDECIDED if is_challenged else Ground.DEFAULT_UNCHALLENGED


def _cheapest(fit: NDArray[np.bool_], cost: Floats, otherwise: Ints) -> Ints:
    """Return the cheapest fit model of each scope; where no cost is known, `otherwise`."""
    priced = np.where(fit, cost, np.inf)
    return np.where(np.isfinite(priced).any(axis=1), priced.argmin(axis=1), otherwise)


def _normals(models: int) -> Floats:
    """Return standard normal draws (DRAWS, 1 + models), mirrored, cached by the number of models."""
    if models not in _normals_of:
        half = np.random.default_rng(0).standard_normal((DRAWS // 2, 1 + models))
        _normals_of[models] = np.concatenate([half, -half])
    return _normals_of[models]


_normals_of: dict[int, Floats] = {}
