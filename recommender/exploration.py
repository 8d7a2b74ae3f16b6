"""Which other model is worth a try, and with what probability."""

import numpy as np

from recommender.decision import SCOPES_AT_ONCE, Decisions, Evidence, Floats, Rule, posterior_draws


def exploration_shares(evidence: Evidence, rule: Rule) -> Floats:
    """Return for each scope the probability of each model, given that another one is tried (scopes, models).

    Thompson sampling of the decision itself: each draw of the posterior names the model with the largest net benefit; a
    model's share is the share of draws that name it. A model of unknown cost is taken to cost what the baseline does.
    """
    shares = np.zeros(evidence.logit.shape)
    scopes, models = evidence.logit.shape
    for start in range(0, scopes, SCOPES_AT_ONCE):
        block = slice(start, start + SCOPES_AT_ONCE)
        rates, ratios = posterior_draws(evidence, block)
        named = (rule.failure_cost * rates - np.where(np.isfinite(ratios), ratios, 1.0)).argmax(axis=2)
        for model in range(models):
            shares[block, model] = (named == model).mean(axis=1)
    return shares


def propensities(shares: Floats, decisions: Decisions, explored: Floats) -> Floats:
    """Return the probability with which each model is answered (scopes, models); rows sum to one.

    `explored` (scopes,) is the share of decisions that explore, zero for a protected agent; the rest is the model
    chosen.
    """
    exploited = np.zeros(shares.shape)
    exploited[np.arange(len(shares)), decisions.chosen] = 1
    mixed: Floats = exploited * (1 - explored)[:, None] + shares * explored[:, None]
    return mixed
