"""What more evidence would change a decision."""

import numpy as np
from scipy.special import expit, logit, ndtr

from recommender.decision import Decisions, Evidence, Floats, Ints, Rule

STEPS = (3, 5, 10, 20, 30, 50, 100, 200)


def outcomes_to_choose(evidence: Evidence, decisions: Decisions, rule: Rule) -> Ints:
    """Return about how many more outcomes would make each model the choice (scopes, models); 0 where none would.

    Asked of models cheaper than the one chosen: the further outcomes are taken to come out as well as its own or the
    best model's, whichever is better. Each number of STEPS updates the normal posterior of the logits by one scalar
    observation.
    """
    scopes, models = evidence.logit.shape
    index = np.arange(scopes)
    needed = np.zeros((scopes, models), dtype=np.int64)
    best = expit(evidence.logit[index, decisions.best])
    for model in range(models):
        rate = np.maximum(best, expit(evidence.logit[:, model]))
        cheaper = evidence.cost_usd[:, model] < evidence.cost_usd[index, decisions.chosen]
        for more in reversed(STEPS):
            enough = evidence.effective_n[:, model] + more >= rule.minimum_evidence
            enough &= (
                _probability_after(evidence, decisions, rule, model, rate=rate, more=more) >= rule.required_probability
            )
            needed[cheaper & enough, model] = more
    return needed


def _probability_after(
    evidence: Evidence, decisions: Decisions, rule: Rule, model: int, *, rate: Floats, more: int
) -> Floats:
    """Return the probability (scopes,) that the model is reliable after `more` outcomes at this rate."""
    index = np.arange(len(rate))
    own, together = evidence.sd[:, model] ** 2, evidence.shared**2
    noise = 1 / (more * rate * (1 - rate))
    surprise = (np.log(rate) - np.log1p(-rate) - evidence.logit[:, model]) / (own + noise)
    mean, variance = evidence.logit[:, model] + own * surprise, own * noise / (own + noise)
    success = expit(mean)
    slope = success * (1 - success)
    floor = float(logit(np.clip(rule.success_floor, 1e-9, 1 - 1e-9)))
    probability: Floats = ndtr((mean - floor) / np.sqrt(variance))
    for other in (decisions.best, evidence.default):
        success_other = expit(evidence.logit[index, other] + together * surprise)
        slope_other = success_other * (1 - success_other)
        variance_other = evidence.sd[index, other] ** 2 - together**2 / (own + noise)
        joint = slope * slope_other * together * noise / (own + noise)
        spread = np.sqrt(np.maximum(slope**2 * variance + slope_other**2 * variance_other - 2 * joint, 1e-12))
        ahead = ndtr((success - success_other + rule.tolerated_gap) / spread)
        probability = np.minimum(probability, np.where(other == model, 1.0, ahead))
    return probability
