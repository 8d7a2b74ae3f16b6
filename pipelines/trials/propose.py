"""Which trials are worth a person's while: where a cheaper model may do, what is at stake, how soon it is decided."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, ndtri

from pipelines.estimate.what_if import cost_ratio, posterior_of
from pipelines.trials import rule as trial_rule
from pipelines.trials.pace import ACTIVE_DAYS, Pace
from recommender.decision import Claims, Evidence, Rule, claims_of
from recommender.efforts import arm_name, model_of, split_arm, words_of
from recommender.judgement import Records
from recommender.models import model_family, vendor_of
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope, Tier
from recommender.tiers import proposed_tiers
from recommender.trials import overlaps

MOST_OF = 0.8  # of a type of work: an agent that does so much of it stands for all
DRAWS = 99  # of the candidate's success, in even quantiles, to say how many spawns will decide


@dataclass(frozen=True)
class Expectation:
    """What a trial compares, why, and what it is expected to show; names and units as in `learning.trials`."""

    trial_id: str
    baseline_model: str
    baseline_effort: str
    candidate_model: str
    candidate_effort: str
    reason: str
    known_outcomes: int
    baseline_success: float
    count_spawns_month: float
    spend_usd_month: float | None
    saving_usd_month: float | None
    cost_ratio: float
    expected_gap: float
    gap_low: float
    gap_high: float
    worth_probability: float
    is_decided_by_logs: bool
    spawns_to_decide: int | None
    extra_failures_week: float

    @property
    def baseline(self) -> str:
        """The model that runs now, with its effort."""
        return arm_name(self.baseline_model, self.baseline_effort)

    @property
    def candidate(self) -> str:
        """The model that is tried, with its effort."""
        return arm_name(self.candidate_model, self.candidate_effort)


@dataclass(frozen=True)
class Proposal(Expectation):
    """A trial that may be started in a scope; `is_of_tier` where a shipped tier names the candidate for such work."""

    scope: Scope
    is_of_tier: bool = False

    @property
    def at_stake(self) -> float:
        """What proposals are ordered by: spend x (1 - cost ratio) x probability of being worth it, dollars a month."""
        return (self.saving_usd_month or 0.0) * self.worth_probability


def proposals(
    records: Records,
    paces: Mapping[tuple[Scope, str], Pace],
    rule: Rule,
    is_excluded: Sequence[str] = (),
    tiers: Sequence[Tier] = (),
    corrections: Mapping[tuple[str, str], float] | None = None,
) -> list[Proposal]:
    """Return the trials that are worth starting, the one with most at stake first.

    `corrections` tells by agent and model how much success audits have taken from what the rules read, for the gate,
    which is set for success as rules read it. Of each scope and baseline the candidate that a shipped tier names, else
    the best one. No spawn falls in two of them: a type of work comes before its parts, and an agent that does most of
    it before any agent.
    """
    best: dict[tuple[Scope, str], Proposal] = {}
    for baseline in sorted({model for _, model in paces} & set(records.models)):
        for found in _against(records, baseline, paces, rule, corrections or {}):
            if found.scope.agent_name in is_excluded:
                continue
            proposal, key = _as_tiers_say(found, tiers), (found.scope, baseline)
            if key not in best or _rank(proposal) > _rank(best[key]):
                best[key] = proposal
    kept: list[Proposal] = []
    for found in sorted(best.values(), key=lambda found: (_preference(found, best), found.trial_id)):
        if not any(other.baseline == found.baseline and overlaps(other.scope, found.scope) for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda found: (-found.at_stake, found.trial_id))


def _rank(found: Proposal) -> tuple[bool, float]:
    return found.is_of_tier, found.at_stake


def _as_tiers_say(found: Proposal, tiers: Sequence[Tier]) -> Proposal:
    """Mark a trial that a shipped tier asks for: it is what the package would choose where nothing is known."""
    agent, work_type, _ = found.scope
    named = proposed_tiers(None if agent == ANY_AGENT else agent, None if work_type == ANY_TYPE else work_type, tiers)
    is_other = found.candidate_model != found.baseline_model
    tier = next((tier for tier in named if is_other and model_family(tier.model) == found.candidate_model), None)
    if tier is None:
        return found
    reason = f"{found.reason} The shipped tier of {tier.pattern} names {found.candidate_model}."
    return replace(found, reason=reason, is_of_tier=True)


def _preference(found: Proposal, best: Mapping[tuple[Scope, str], Proposal]) -> int:
    """Return the place of a proposal among those of the same work: the smaller comes first."""
    agent, work_type, kind = found.scope
    if work_type == ANY_TYPE:
        return 4
    if kind != ANY_KIND:
        return 2 if agent == ANY_AGENT else 3
    if agent == ANY_AGENT:
        return 1
    anybodys = best.get((Scope(ANY_AGENT, work_type), found.baseline))
    does_most = anybodys is None or found.count_spawns_month >= MOST_OF * anybodys.count_spawns_month
    return 0 if does_most else 2


def _against(
    records: Records,
    baseline: str,
    paces: Mapping[tuple[Scope, str], Pace],
    rule: Rule,
    corrections: Mapping[tuple[str, str], float],
) -> Iterator[Proposal]:
    """Yield every proposal where this model is what runs."""
    own = records.models.index(baseline)
    evidence = replace(records.evidence, baseline=np.full(len(records.scopes), own))
    claims = claims_of(evidence, rule)
    vendors = np.array([vendor_of(model) == vendor_of(baseline) for model in records.models])
    no_dearer = vendors[None, :] & (evidence.log_cost <= evidence.log_cost[:, [own]] + 1e-9)
    known = np.where(no_dearer, evidence.known, 0).sum(axis=1)
    for row, scope in enumerate(records.scopes):
        pace = paces.get((scope, baseline))
        if pace is None or not records.is_known[row]:
            continue
        corrected = corrections.get((scope.agent_name, baseline), corrections.get((ANY_AGENT, baseline), 0.0))
        for model, name in enumerate(records.models):
            is_candidate = model != own and vendors[model] and claims.cost_ratio[row, model] < 1
            worth, success = float(claims.worth[row, model]), float(records.success_rate[row, own]) + corrected
            if is_candidate and trial_rule.may_start(float(known[row]), success, worth):
                yield _proposal(scope, baseline, name, pace, evidence, claims, int(known[row]), (row, model), rule)


def _proposal(
    scope: Scope,
    baseline: str,
    candidate: str,
    pace: Pace,
    evidence: Evidence,
    claims: Claims,
    known: int,
    cell: tuple[int, int],
    rule: Rule,
) -> Proposal:
    ratio, gap = float(claims.cost_ratio[cell]), float(claims.gap[cell])
    own = int(evidence.baseline[cell[0]])
    success = float(claims.success[cell[0], own])
    worth = float(claims.worth[cell])
    is_decided = bool(evidence.known[cell] >= rule.minimum_evidence and worth >= rule.required_probability)
    saving = None if pace.spend_usd_month is None else pace.spend_usd_month * (1 - ratio)
    return Proposal(
        trial_id=trial_id(scope, baseline, candidate),
        scope=scope,
        baseline_model=model_of(baseline),
        baseline_effort=split_arm(baseline)[1],
        candidate_model=model_of(candidate),
        candidate_effort=split_arm(candidate)[1],
        reason=_reason(words_of(candidate), known, success, ratio, gap, is_decided=is_decided),
        known_outcomes=known,
        baseline_success=success,
        count_spawns_month=pace.spawns_month,
        spend_usd_month=pace.spend_usd_month,
        saving_usd_month=saving,
        cost_ratio=ratio,
        expected_gap=gap,
        gap_low=float(claims.gap_low[cell]),
        gap_high=float(claims.gap_high[cell]),
        worth_probability=worth,
        is_decided_by_logs=is_decided,
        spawns_to_decide=spawns_to_decide(evidence, *cell, rule),
        extra_failures_week=max(0.0, gap) * pace.spawns_month * trial_rule.CANDIDATE_SHARE * 7 / ACTIVE_DAYS,
    )


def _reason(candidate: str, known: int, success: float, ratio: float, gap: float, *, is_decided: bool) -> str:
    """Say why a trial is worth it; where the logs alone would switch, say that it would prove it."""
    expected = (
        f"{known} known runs, about {success:.0%} good; {candidate} is expected to cost {ratio:.0%} as much and to "
        f"succeed {abs(100 * gap):.1f} points {'less' if gap >= 0 else 'more'} often."
    )
    return f"{expected} The logs alone speak for it; a trial proves it." if is_decided else expected


def spawns_to_decide(evidence: Evidence, row: int, model: int, rule: Rule) -> int:
    """Return about how many spawns of the scope end the trial: the median over what the candidate's success may be.

    Every spawn is taken to have a known outcome, and its outcomes to come as evenly as they can.
    """
    posterior = posterior_of(evidence, model)
    ratio, ratio_sd = (value[row] for value in cost_ratio(evidence, model))
    now = type(posterior)(*(value[row] for value in posterior))
    success = expit(now.mean + np.sqrt(now.variance) * ndtri((np.arange(DRAWS) + 0.5) / DRAWS))
    ends = np.full(DRAWS, trial_rule.MOST_OUTCOMES)
    for outcomes in range(trial_rule.MOST_OUTCOMES - 1, 0, -1):
        rate = np.clip((np.round(success * outcomes) + 0.25) / (outcomes + 0.5), 0.01, 0.99)
        worth = now.after(outcomes, rate).worth(ratio, ratio_sd, rule)
        is_adopted = (worth >= rule.required_probability) & (outcomes >= trial_rule.ADOPT_OUTCOMES)
        ends[is_adopted | (worth <= trial_rule.DROP_WORTH)] = outcomes
    return round(float(np.median(ends)) / trial_rule.CANDIDATE_SHARE)


def trial_id(scope: Scope, baseline: str, candidate: str) -> str:
    """Return a trial's name for a person to type."""
    agent = "any-agent" if scope.agent_name == ANY_AGENT else scope.agent_name
    kind = "any-work" if scope.work_type == ANY_TYPE else scope.work_type
    kind += "" if scope.cluster_id == ANY_KIND else f"-{scope.cluster_id}"
    return re.sub(r"[^a-z0-9.]+", "-", f"{agent}-{kind}-{candidate}-for-{baseline}".lower()).strip("-")[:100]
