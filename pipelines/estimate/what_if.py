"""What more evidence would change a decision."""

import numpy as np
from scipy.special import expit, ndtr

from pipelines.estimate.decision import Decisions, Evidence, Rule
from pipelines.estimate.outcomes import Floats, Ints

STEPS = (3, 5, 10, 20, 30, 50, 100, 200)


def outcomes_to_choose(evidence: Evidence, decisions: Decisions, rule: Rule) -> Ints:
    """Return about how many more outcomes would make each model the choice (scopes, models); 0 where none would.

    Asked of models cheaper than the one chosen: the further outcomes are taken to come out as well as the best
    model's do. Each number of STEPS updates the Gaussian posterior of the logits by one scalar observation.
    """
    scopes, models = evidence.logit.shape
    index = np.arange(scopes)
    needed = np.zeros((scopes, models), dtype=np.int64)
    best = expit(evidence.logit[index, decisions.best])
    for model in range(models):
        cheaper = evidence.cost_usd[:, model] < evidence.cost_usd[index, decisions.chosen]
        for more in reversed(STEPS):
            enough = evidence.effective_n[:, model] + more >= rule.minimum_evidence
            enough &= _probability_after(evidence, decisions, rule, model, best, more) >= rule.required_probability
            needed[cheaper & enough, model] = more
    return needed


def _probability_after(
    evidence: Evidence, decisions: Decisions, rule: Rule, model: int, rate: Floats, more: int
) -> Floats:
    """Return the probability (scopes,) that the model is reliable after `more` outcomes at this rate."""
    index = np.arange(len(rate))
    target = np.log(rate) - np.log1p(-rate)
    gain = (
        evidence.covariance[:, :, model]
        / (evidence.covariance[:, model, model] + 1 / (more * rate * (1 - rate)))[:, None]
    )
    logit = evidence.logit + gain * (target - evidence.logit[:, model])[:, None]
    covariance = evidence.covariance - gain[:, :, None] * evidence.covariance[:, None, :, model]
    success = expit(logit)
    slope = success * (1 - success)
    probability = np.ones(len(rate))
    for other in (decisions.best, evidence.default):
        variance = (
            slope[:, model] ** 2 * covariance[:, model, model]
            + slope[index, other] ** 2 * covariance[index, other, other]
            - 2 * slope[:, model] * slope[index, other] * covariance[index, model, other]
        )
        ahead = success[:, model] - success[index, other] + rule.tolerated_gap
        claim = ndtr(ahead / np.sqrt(np.maximum(variance, 1e-12)))
        probability = np.minimum(probability, np.where(other == model, 1.0, claim))
    floor = np.log(max(rule.success_floor, 1e-9)) - np.log1p(-min(rule.success_floor, 1 - 1e-9))
    above: Floats = ndtr((logit[:, model] - floor) / np.sqrt(covariance[:, model, model]))
    return np.minimum(probability, above)
