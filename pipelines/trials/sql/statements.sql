-- name: select_trials
select
    trial_id,
    agent_name,
    work_type,
    cluster_id,
    project,
    scope_label,
    baseline_model,
    candidate_model,
    state,
    reason,
    started_by,
    proposed_at,
    started_at,
    resumed_at,
    adopted_at,
    ended_at,
    known_outcomes,
    baseline_success,
    count_spawns_month,
    spend_usd_month,
    saving_usd_month,
    cost_ratio,
    expected_gap,
    gap_low,
    gap_high,
    worth_probability,
    is_decided_by_logs,
    spawns_to_decide,
    extra_failures_week,
    candidate_spawns,
    candidate_outcomes,
    candidate_failures,
    baseline_spawns,
    baseline_outcomes,
    baseline_failures
from learning.trials
order by saving_usd_month * worth_probability desc nulls last, trial_id

-- name: delete_stale_proposals
delete from learning.trials where state = 'proposed' and trial_id <> all(%(kept)s)

-- name: upsert_proposal
insert into learning.trials as held (
    trial_id, agent_name, work_type, cluster_id, project, scope_label, baseline_model, candidate_model, state, reason,
    night_cap, known_outcomes, baseline_success, count_spawns_month, spend_usd_month, saving_usd_month, cost_ratio,
    expected_gap, gap_low, gap_high, worth_probability, is_decided_by_logs, spawns_to_decide, extra_failures_week
)
values (
    %(trial_id)s, %(agent_name)s, %(work_type)s, %(cluster_id)s, null, %(scope_label)s, %(baseline_model)s,
    %(candidate_model)s, 'proposed', %(reason)s, %(night_cap)s, %(known_outcomes)s, %(baseline_success)s,
    %(count_spawns_month)s, %(spend_usd_month)s, %(saving_usd_month)s, %(cost_ratio)s, %(expected_gap)s, %(gap_low)s,
    %(gap_high)s, %(worth_probability)s, %(is_decided_by_logs)s, %(spawns_to_decide)s, %(extra_failures_week)s
)
on conflict (trial_id) do update
set
    scope_label = excluded.scope_label,
    reason = excluded.reason,
    night_cap = excluded.night_cap,
    known_outcomes = excluded.known_outcomes,
    baseline_success = excluded.baseline_success,
    count_spawns_month = excluded.count_spawns_month,
    spend_usd_month = excluded.spend_usd_month,
    saving_usd_month = excluded.saving_usd_month,
    cost_ratio = excluded.cost_ratio,
    expected_gap = excluded.expected_gap,
    gap_low = excluded.gap_low,
    gap_high = excluded.gap_high,
    worth_probability = excluded.worth_probability,
    is_decided_by_logs = excluded.is_decided_by_logs,
    spawns_to_decide = excluded.spawns_to_decide,
    extra_failures_week = excluded.extra_failures_week,
    updated_at = now()
where
    held.state = 'proposed'
    and (held.scope_label, held.reason, held.spend_usd_month, held.worth_probability, held.spawns_to_decide)
    is distinct from (
        excluded.scope_label, excluded.reason, excluded.spend_usd_month, excluded.worth_probability,
        excluded.spawns_to_decide
    )

-- name: start_trial
update learning.trials
set
    state = 'running',
    started_by = %(by)s,
    started_at = now(),
    project = %(project)s,
    candidate_share = %(share)s,
    night_cap = %(night_cap)s,
    updated_at = now()
where trial_id = %(trial_id)s and state = 'proposed'

-- name: resume_trial
update learning.trials
set state = 'running', reason = %(reason)s, resumed_at = now(), ended_at = null, updated_at = now()
where trial_id = %(trial_id)s and state in ('paused', 'stopped')

-- name: move_trial
update learning.trials
set
    state = %(state)s,
    reason = %(reason)s,
    candidate_share = case when %(state)s = 'adopted' then %(adopted_share)s else candidate_share end,
    adopted_at = case when %(state)s = 'adopted' then now() else adopted_at end,
    ended_at = case when %(is_ended)s then now() end,
    updated_at = now()
where trial_id = %(trial_id)s

-- name: update_counts
update learning.trials
set
    candidate_spawns = %(candidate_spawns)s,
    candidate_outcomes = %(candidate_outcomes)s,
    candidate_failures = %(candidate_failures)s,
    baseline_spawns = %(baseline_spawns)s,
    baseline_outcomes = %(baseline_outcomes)s,
    baseline_failures = %(baseline_failures)s,
    updated_at = now()
where
    trial_id = %(trial_id)s
    and (
        candidate_spawns, candidate_outcomes, candidate_failures, baseline_spawns, baseline_outcomes, baseline_failures
    ) is distinct from (
        %(candidate_spawns)s, %(candidate_outcomes)s, %(candidate_failures)s, %(baseline_spawns)s,
        %(baseline_outcomes)s, %(baseline_failures)s
    )

-- name: update_expectation
update learning.trials
set worth_probability = %(worth)s, updated_at = now()
where trial_id = %(trial_id)s and worth_probability is distinct from %(worth)s

-- name: select_kind_labels
select cluster_id, label
from learning.task_clusters
where clustering_version = %(version)s
