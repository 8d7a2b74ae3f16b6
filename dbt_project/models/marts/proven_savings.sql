-- What trials prove: the candidate against the baseline as drawn, whatever ran then. The difference per spawn is that
-- to date, for a week too: a week alone has too few spawns of one arm, a hold-out least of all. So weeks add up.
with arms as (
    select * from {{ ref('int_trial_arms') }}
),

trials as (
    select * from {{ ref('stg_learning__trials') }}
),

periods as (
    select distinct
        trial_id,
        week
    from arms
),

candidates as (
    select * from arms
    where arm = 'candidate'
),

baselines as (
    select * from arms
    where arm = 'baseline'
),

-- Welch's interval for costs, Newcombe's for success.
compared as (
    select
        candidates.trial_id,
        baselines.mean_cost_usd - candidates.mean_cost_usd as saving_usd,
        sqrt(candidates.cost_variance + baselines.cost_variance) as saving_error_usd,
        power(candidates.cost_variance + baselines.cost_variance, 2)
        / nullif(
            power(candidates.cost_variance, 2) / nullif(candidates.cost_df, 0)
            + power(baselines.cost_variance, 2) / nullif(baselines.cost_df, 0),
            0
        ) as saving_df,
        candidates.success_rate - baselines.success_rate as difference,
        sqrt(
            power(candidates.success_rate - candidates.success_low, 2)
            + power(baselines.success_high - baselines.success_rate, 2)
        ) as difference_below,
        sqrt(
            power(candidates.success_high - candidates.success_rate, 2)
            + power(baselines.success_rate - baselines.success_low, 2)
        ) as difference_above
    from candidates
    inner join baselines on candidates.trial_id = baselines.trial_id
    where candidates.week is null and baselines.week is null
),

bounded as (
    select
        *,
        -- Costs that are all alike have no degrees of freedom, and no error.
        case
            when saving_error_usd = 0 then 0
            else saving_error_usd * {{ student_t('saving_df') }}
        end as saving_bound_usd
    from compared
)

select
    periods.trial_id,
    case when periods.week is null then 'to date' else 'week' end as period,
    periods.week,
    trials.scope_label,
    trials.project,
    trials.baseline_model,
    trials.baseline_effort,
    trials.candidate_model,
    trials.candidate_effort,
    trials.state,
    coalesce(candidates.count_spawns, 0) as count_candidate_spawns,
    coalesce(baselines.count_spawns, 0) as count_baseline_spawns,
    coalesce(candidates.count_costs, 0) as count_candidate_costs,
    coalesce(baselines.count_costs, 0) as count_baseline_costs,
    coalesce(candidates.count_known, 0) as count_candidate_known,
    coalesce(baselines.count_known, 0) as count_baseline_known,
    candidates.mean_cost_usd as candidate_mean_cost_usd,
    baselines.mean_cost_usd as baseline_mean_cost_usd,
    candidates.estimated_cost_share as candidate_estimated_cost_share,
    baselines.estimated_cost_share as baseline_estimated_cost_share,
    candidates.success_rate as candidate_success_rate,
    baselines.success_rate as baseline_success_rate,
    bounded.saving_usd as saving_per_spawn_usd,
    bounded.saving_usd - bounded.saving_bound_usd as saving_per_spawn_low_usd,
    bounded.saving_usd + bounded.saving_bound_usd as saving_per_spawn_high_usd,
    coalesce(candidates.count_spawns, 0) * bounded.saving_usd as saving_usd,
    coalesce(candidates.count_spawns, 0) * (bounded.saving_usd - bounded.saving_bound_usd) as saving_low_usd,
    coalesce(candidates.count_spawns, 0) * (bounded.saving_usd + bounded.saving_bound_usd) as saving_high_usd,
    bounded.difference as success_difference,
    bounded.difference - bounded.difference_below as success_difference_low,
    bounded.difference + bounded.difference_above as success_difference_high,
    -coalesce(candidates.count_spawns, 0) * bounded.difference as extra_failures,
    -coalesce(candidates.count_spawns, 0) * (bounded.difference + bounded.difference_above) as extra_failures_low,
    -coalesce(candidates.count_spawns, 0) * (bounded.difference - bounded.difference_below) as extra_failures_high
from periods
inner join trials on periods.trial_id = trials.trial_id
left join candidates on periods.trial_id = candidates.trial_id and periods.week is not distinct from candidates.week
left join baselines on periods.trial_id = baselines.trial_id and periods.week is not distinct from baselines.week
left join bounded on periods.trial_id = bounded.trial_id
