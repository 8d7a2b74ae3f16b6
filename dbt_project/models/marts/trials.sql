-- Every trial: what it is about, what it was expected to bring, and what was seen by arm as drawn.
with trials as (
    select * from {{ ref('stg_learning__trials') }}
),

arms as (
    select
        trial_id,
        arm,
        count(*)::integer as count_spawns,
        (count(*) filter (where is_known))::integer as count_known,
        (count(*) filter (where is_success))::integer as count_successes,
        avg(cost_usd)::double precision as mean_cost_usd,
        (sum(estimated_cost_usd) / nullif(sum(cost_usd), 0))::double precision as estimated_cost_share
    from {{ ref('int_trial_spawns') }}
    where task_id is not null
    group by trial_id, arm
),

-- What the baseline has cost in that work, of any project.
spent as (
    select
        trials.trial_id,
        (sum(tasks.estimated_cost_usd) / nullif(sum(tasks.cost_usd), 0))::double precision as estimated_cost_share
    from trials
    inner join {{ ref('int_tasks') }} as tasks
        on
            trials.baseline_model = tasks.model
            and trials.agent_name in (tasks.agent_name, '*')
            and trials.work_type in (tasks.work_type, '*')
            and trials.cluster_id in (tasks.cluster_id, -1)
    group by trials.trial_id
)

select
    trials.trial_id,
    trials.scope_label,
    trials.agent_name,
    trials.work_type,
    trials.cluster_id,
    trials.project,
    trials.baseline_model,
    trials.baseline_effort,
    trials.candidate_model,
    trials.candidate_effort,
    trials.state,
    trials.reason,
    trials.started_by,
    trials.candidate_share,
    trials.proposed_at,
    trials.started_at,
    trials.adopted_at,
    trials.ended_at,
    trials.known_outcomes,
    trials.baseline_success,
    trials.count_spawns_month,
    trials.spend_usd_month,
    spent.estimated_cost_share as spend_estimated_share,
    trials.saving_usd_month,
    trials.cost_ratio,
    trials.expected_gap,
    trials.gap_low,
    trials.gap_high,
    trials.worth_probability,
    trials.is_decided_by_logs,
    trials.spawns_to_decide,
    trials.extra_failures_week,
    coalesce(candidate.count_spawns, 0) as candidate_spawns,
    coalesce(candidate.count_known, 0) as candidate_known,
    candidate.count_successes::double precision / nullif(candidate.count_known, 0) as candidate_success_rate,
    {{ wilson_bound('candidate.count_successes', 'candidate.count_known', 'low') }} as candidate_success_low,
    {{ wilson_bound('candidate.count_successes', 'candidate.count_known', 'high') }} as candidate_success_high,
    candidate.mean_cost_usd as candidate_mean_cost_usd,
    candidate.estimated_cost_share as candidate_estimated_cost_share,
    coalesce(baseline.count_spawns, 0) as baseline_spawns,
    coalesce(baseline.count_known, 0) as baseline_known,
    baseline.count_successes::double precision / nullif(baseline.count_known, 0) as baseline_success_rate,
    {{ wilson_bound('baseline.count_successes', 'baseline.count_known', 'low') }} as baseline_success_low,
    {{ wilson_bound('baseline.count_successes', 'baseline.count_known', 'high') }} as baseline_success_high,
    baseline.mean_cost_usd as baseline_mean_cost_usd,
    baseline.estimated_cost_share as baseline_estimated_cost_share
from trials
left join spent on trials.trial_id = spent.trial_id
left join arms as candidate on trials.trial_id = candidate.trial_id and candidate.arm = 'candidate'
left join arms as baseline on trials.trial_id = baseline.trial_id and baseline.arm = 'baseline'
