"""From what is known to an answer: a person's tier, a trial, the narrowest scope that has evidence, the baseline."""

import numpy as np

from recommender.asked import CHOSEN_BY_SPEC, Answer, Asked, Source, scopes_of
from recommender.baseline import Baseline
from recommender.decision import Floats, Ints
from recommender.efforts import arm_among, arm_name, effort_rank, split_arm, words_of
from recommender.judgement import Records, around, judge, records_by_kind, records_in
from recommender.models import model_family, price_rank
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, BestModel, ModelEvidence, Scope
from recommender.snapshot import Snapshot
from recommender.tiers import is_listed, is_under_its_name, own_tier, shipped_tier, shipped_tiers
from recommender.trials import draw, failed_trial, trial_for


def answer_for(snapshot: Snapshot | None, asked: Asked, *, draws_trials: bool = False) -> Answer:
    """Answer from the first that has something to say."""
    if asked.baseline is not None and asked.baseline.source in ("call", "forced"):
        why = "the call names it" if asked.baseline.source == "call" else "CLAUDE_CODE_SUBAGENT_MODEL_FORCE names it"
        return _baseline(asked, f"Keep {asked.baseline.model}: {why}.")
    if wish := _wish(snapshot, asked):
        return wish
    learned = _learned(snapshot, asked) if snapshot else None
    if snapshot and learned:
        learned = _kept_from(snapshot, asked, learned)
        return _on_trial(snapshot, asked, learned, draws_trials) or learned
    return cold_answer(asked)


def cold_answer(asked: Asked) -> Answer:
    """Answer without evidence: what would run; where nothing tells what that is, the shipped tier or the default."""
    if asked.baseline is not None:
        return _baseline(asked, f"Keep {asked.baseline.model}: nothing is known of such work yet.")
    tier = shipped_tier(asked.agent, shipped_tiers()) if asked.agent else None
    if tier:
        model = model_family(tier.model)
        return Answer(model, "tier", f"No evidence yet for {asked.agent}: the tier of {tier.pattern} is {model}.")
    default = model_family(asked.settings.default_model)
    about = f"{asked.agent} or such work" if asked.agent else "such work"
    return Answer(default, "default", f"Nothing is known of {about}: {default} is the default.")


def _baseline(asked: Asked, reason: str) -> Answer:
    assert asked.baseline is not None
    return Answer(asked.baseline.model, "baseline", reason, baseline=asked.baseline)


def _wish(snapshot: Snapshot | None, asked: Asked) -> Answer | None:
    """Return what a person's own tier orders; only one under its own name takes a protected agent down."""
    tier = own_tier(asked.agent, asked.work_type, snapshot.tiers) if snapshot else None
    if snapshot is None or tier is None:
        return None
    model = model_family(tier.model)
    is_up = asked.baseline is not None and price_rank(model) >= price_rank(asked.baseline.model)
    if _is_protected(snapshot, asked) and not is_up and not is_under_its_name(tier, asked.agent or ""):
        return None
    return Answer(model, "tier", f"Use {model}: your tier for {tier.pattern} says so.", baseline=asked.baseline)


def _learned(snapshot: Snapshot, asked: Asked) -> Answer | None:
    """Answer from the narrowest scope with a record; where the kinds around disagree, weigh all of them."""
    row = next((found for scope in scopes_of(asked) if (found := snapshot.best_of.get(scope))), None)
    if row is None or not (asked.baseline or row.baseline_model):
        return None
    baseline = asked.baseline or Baseline(str(row.baseline_model), "usual")
    if row.agent_name == ANY_AGENT and baseline.source in CHOSEN_BY_SPEC:
        return None
    source: Source = "cluster" if row.cluster_id != ANY_KIND or row.work_type != ANY_TYPE else "agent"
    usual = arm_name(str(row.baseline_model), row.baseline_effort)
    if baseline.effort_source == "" and baseline.model == row.baseline_model:
        baseline = baseline._replace(effort=row.baseline_effort)
    published = Answer(row.model, source, row.reason, row, baseline, judged_effort=row.effort)
    share = 0.0 if _is_protected(snapshot, asked) else snapshot.exploration_share
    if row.cluster_id != ANY_KIND and asked.match is not None:
        records = records_by_kind(snapshot, asked.agent)
        rows, weights = around(snapshot, records, asked.match)
        own = arm_among(records.models, baseline.model, baseline.effort, usual)
        may_stand = not share and baseline.allows(row.arm)
        if not len(rows) or (may_stand and own is not None and records.agree(rows, own)):
            return published if baseline.allows(row.arm) else None
        return _judged(snapshot, records, rows, weights, share, published, own)
    if not share and row.baseline == _arm_of(baseline, row) and baseline.allows(row.arm):
        return published
    records = records_in(snapshot.evidence_of, [Scope(row.agent_name, row.work_type, row.cluster_id)])
    own = arm_among(records.models, baseline.model, baseline.effort, usual)
    return _judged(snapshot, records, np.zeros(1, dtype=np.int64), np.ones(1), share, published, own)


def _arm_of(baseline: Baseline, row: BestModel) -> str:
    """Return the arm that a baseline is beside a published row: without efforts there, the model alone."""
    return arm_name(baseline.model, baseline.effort if row.baseline_effort else "")


def _judged(
    snapshot: Snapshot,
    records: Records,
    rows: Ints,
    weights: Floats,
    share: float,
    published: Answer,
    own: str | None,
) -> Answer | None:
    """Weigh the kinds around for the baseline's arm, `own`."""
    baseline = published.baseline
    assert baseline is not None
    judgement = None if own is None else judge(snapshot, records, rows, weights, own, share, baseline.allows)
    if judgement is None:
        return None
    row = published.evidence
    is_usual = isinstance(row, BestModel) and row.baseline == own
    if isinstance(row, BestModel) and judgement.arm == row.arm and is_usual:
        return published._replace(propensity=judgement.propensity)
    answer = published._replace(
        reason=judgement.reason(), evidence=judgement.record, propensity=judgement.propensity
    ).at(judgement.arm)
    return answer._replace(judged_effort="") if judgement.arm == own else answer


def _kept_from(snapshot: Snapshot, asked: Asked, answer: Answer) -> Answer:
    """Keep the baseline where a trial has failed, and that of a protected agent where the answer is a way down."""
    assert answer.baseline is not None
    if not answer.is_change:
        return answer
    arm = arm_name(answer.model, answer.judged_effort)
    failed = failed_trial(snapshot.trials, asked.scope, answer.baseline, arm, asked.project)
    if failed:
        tried = words_of(failed.candidate)
        why = f"Keep {answer.baseline.model}: trial {failed.trial_id} tried {tried}. {failed.reason}"
        evidence = _record_of(snapshot, answer, answer.baseline.model)
        return answer.at(answer.baseline.model)._replace(reason=why, evidence=evidence)
    is_down = price_rank(answer.model) < price_rank(answer.baseline.model) or _costs_less(answer)
    is_down = is_down or 0 <= effort_rank(answer.effort or "") < effort_rank(answer.baseline.effort)
    if is_down and _is_protected(snapshot, asked):
        kept = answer.baseline.model
        return Answer(kept, "baseline", f"Keep {kept}: {asked.agent} is protected.", baseline=answer.baseline)
    return answer


def _costs_less(answer: Answer) -> bool:
    row = answer.evidence
    cost = row.expected_cost_usd if row else None
    usual = row.baseline_expected_cost_usd if isinstance(row, BestModel) else None
    return cost is not None and usual is not None and cost < usual


def _is_protected(snapshot: Snapshot, asked: Asked) -> bool:
    """Tell whether the nightly run, or this process, has the agent among those that never go down."""
    if asked.agent is None:
        return False
    return is_listed(asked.agent, (*snapshot.protected_agents, *asked.settings.protected_agents))


def _on_trial(snapshot: Snapshot, asked: Asked, learned: Answer, draws_trials: bool) -> Answer | None:
    """Let the trial of the scope draw, where there is one; an adopted one answers without a draw too."""
    baseline = learned.baseline
    if baseline is None or not snapshot.trials or _is_protected(snapshot, asked):
        return None
    if asked.agent and is_listed(asked.agent, asked.settings.pinned_agents):
        return None
    draws_trials = draws_trials and snapshot.draws_trials and asked.settings.trials != "off"
    trial = trial_for(snapshot.trials, asked.scope, baseline, asked.project, asked.applies_effort)
    if trial is None or (trial.agent_name == ANY_AGENT and baseline.source in CHOSEN_BY_SPEC):
        return None
    adopted = learned.at(trial.candidate)._replace(
        source="trial",
        reason=f"Use {words_of(trial.candidate)}: trial {trial.trial_id} adopted it. {trial.reason}",
        evidence=_record_of(snapshot, learned, trial.candidate),
        trial_id=trial.trial_id,
    )
    drawn = draw(snapshot, trial, asked.scope) if draws_trials else None
    if drawn is None:
        return adopted if trial.state == "adopted" else None
    share = f"{drawn.propensity:.0%} of such spawns"
    reason = f"Trial {trial.trial_id} drew {words_of(drawn.choice)} for this spawn, as for {share}. {trial.reason}"
    if trial.state == "adopted" and drawn.arm == "candidate":
        reason = adopted.reason
    return adopted.at(drawn.choice)._replace(
        reason=reason,
        evidence=_record_of(snapshot, learned, drawn.choice),
        propensity=drawn.propensity,
        arm=drawn.arm,
    )


def _record_of(snapshot: Snapshot, answer: Answer, arm: str) -> ModelEvidence | None:
    """Return the record of another arm in the scope that an answer rests on."""
    row = answer.evidence
    if row is None:
        return None
    records = snapshot.evidence_of.get(Scope(row.agent_name, row.work_type, row.cluster_id), ())
    model, effort = split_arm(arm)
    found = arm_among([record.arm for record in records], model, effort)
    return next((record for record in records if record.arm == found), None)
