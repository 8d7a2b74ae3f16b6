"""Which cheaper model is worth a try, and with what probability."""

import numpy as np

from recommender.decision import SCOPES_AT_ONCE, Decisions, Evidence, Floats, Rule, posterior_draws


def trial_shares(evidence: Evidence, rule: Rule) -> Floats:
    """Return for each scope the probability of each model, given that a trial is made (scopes, models).

    Thompson sampling of the decision itself: each draw of the posterior names the cheapest model within the tolerated
    gap of the best; a model's share is the share of draws that name it. A model of unknown cost is taken to cost what
    the default does.
    """
    shares = np.zeros(evidence.logit.shape)
    at_default = np.take_along_axis(evidence.cost_usd, evidence.default[:, None], axis=1)
    cost = np.where(np.isfinite(evidence.cost_usd), evidence.cost_usd, np.nan_to_num(at_default, nan=0.0))
    scopes, models = evidence.logit.shape
    for start in range(0, scopes, SCOPES_AT_ONCE):
        block = slice(start, start + SCOPES_AT_ONCE)
        draws = posterior_draws(evidence, block)
        good = draws >= draws.max(axis=2, keepdims=True) - rule.tolerated_gap
        price = np.where(good, cost[block][:, None, :], np.inf)
        tied = (price <= price.min(axis=2, keepdims=True)) & good
        named = np.where(tied, draws, -1).argmax(axis=2)
        for model in range(models):
            shares[block, model] = (named == model).mean(axis=1)
    return shares


def propensities(shares: Floats, decisions: Decisions, trials: Floats) -> Floats:
    """Return the probability with which each model is answered (scopes, models); rows sum to one.

    `trials` (scopes,) is the share of decisions that are a trial, zero for a protected agent; the rest is the model
    chosen.
    """
    exploited = np.zeros(shares.shape)
    exploited[np.arange(len(shares)), decisions.chosen] = 1
    mixed: Floats = exploited * (1 - trials)[:, None] + shares * trials[:, None]
    return mixed
