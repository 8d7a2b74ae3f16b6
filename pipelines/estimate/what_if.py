"""What more evidence would change a decision."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

from recommender.decision import Decisions, Evidence, Floats, Ints, Rule

STEPS = (3, 5, 10, 20, 30, 50, 100, 200)


class Posterior(NamedTuple):
    """Success of a candidate and of the baseline in some scopes, in logits; means, variances and their covariance."""

    mean: Floats
    variance: Floats
    baseline_mean: Floats
    baseline_variance: Floats
    covariance: Floats

    def after(self, outcomes: Floats | float, rate: Floats) -> "Posterior":
        """Return it after so many `outcomes` of the candidate at this rate: one scalar observation of the logit."""
        noise = 1 / (np.asarray(outcomes) * rate * (1 - rate))
        surprise = (np.log(rate) - np.log1p(-rate) - self.mean) / (self.variance + noise)
        return Posterior(
            self.mean + self.variance * surprise,
            self.variance * noise / (self.variance + noise),
            self.baseline_mean + self.covariance * surprise,
            self.baseline_variance - self.covariance**2 / (self.variance + noise),
            self.covariance * noise / (self.variance + noise),
        )

    def worth(self, ratio: Floats, ratio_sd: Floats, rule: Rule) -> Floats:
        """Return the probability of a positive net benefit, by the delta method."""
        success, success_baseline = expit(self.mean), expit(self.baseline_mean)
        slope, slope_baseline = success * (1 - success), success_baseline * (1 - success_baseline)
        variance = slope**2 * self.variance + slope_baseline**2 * self.baseline_variance
        variance -= 2 * slope * slope_baseline * self.covariance
        benefit = 1 - ratio - rule.failure_cost * (success_baseline - success)
        spread = np.sqrt(np.maximum(rule.failure_cost**2 * variance + ratio_sd**2, 1e-9))
        probability: Floats = ndtr(benefit / spread)
        return probability


def posterior_of(evidence: Evidence, model: int) -> Posterior:
    """Return what is known of a model and of the baseline in every scope."""
    index = np.arange(len(evidence.baseline))
    return Posterior(
        evidence.logit[:, model],
        evidence.sd[:, model] ** 2,
        evidence.logit[index, evidence.baseline],
        evidence.sd[index, evidence.baseline] ** 2,
        evidence.shared**2 + _kin_covariance(evidence, model, evidence.kin),
    )


def cost_ratio(evidence: Evidence, model: int) -> tuple[Floats, Floats]:
    """Return the mean and the spread of the ratio of a model's cost to the baseline's (scopes,), log-normal."""
    index = np.arange(len(evidence.baseline))
    variance = evidence.log_cost_sd[:, model] ** 2 + evidence.log_cost_sd[index, evidence.baseline] ** 2
    variance = np.maximum(variance - 2 * _kin_covariance(evidence, model, evidence.log_cost_kin), 0)
    log_ratio = evidence.log_cost[:, model] - evidence.log_cost[index, evidence.baseline]
    mean = np.exp(np.minimum(log_ratio + variance / 2, 50))
    return mean, mean * np.sqrt(np.expm1(variance))


def _kin_covariance(evidence: Evidence, model: int, kin: Floats | None) -> Floats:
    """Return the covariance of a column with the baseline's that comes from being efforts of one model (scopes,)."""
    if kin is None:
        return np.zeros(len(evidence.baseline))
    is_kin = np.array(evidence.model_of)[evidence.baseline] == evidence.model_of[model]
    covariance: Floats = np.where(is_kin, kin[:, model] * kin[np.arange(len(kin)), evidence.baseline], 0.0)
    return covariance


def outcomes_to_choose(evidence: Evidence, decisions: Decisions, rule: Rule) -> Ints:
    """Return about how many more outcomes would make each model the choice (scopes, models); 0 where none would.

    Asked of models that are cheaper than the one chosen: the further outcomes are taken to come out as well as its own
    or the baseline's, whichever is better. Each number of STEPS updates the normal posterior of the logits.
    """
    scopes, models = evidence.logit.shape
    index = np.arange(scopes)
    needed = np.zeros((scopes, models), dtype=np.int64)
    for model in range(models):
        posterior, (ratio, ratio_sd) = posterior_of(evidence, model), cost_ratio(evidence, model)
        rate = np.maximum(expit(posterior.baseline_mean), expit(posterior.mean))
        cheaper = (evidence.log_cost[:, model] < evidence.log_cost[index, decisions.chosen]) & (
            model != evidence.baseline
        )
        for more in reversed(STEPS):
            enough = evidence.known[:, model] + more >= rule.minimum_evidence
            enough &= posterior.after(more, rate).worth(ratio, ratio_sd, rule) >= rule.required_probability
            needed[cheaper & enough, model] = more
    return needed
