-- What trials prove: the candidate against the baseline as drawn, whatever ran then. The difference per spawn is that to
-- date, for a week too: a week alone has too few spawns of one arm, a hold-out least of all. So weeks add up to the whole.
with arms as (
    select * from {{ ref('int_trial_arms') }}
),

trials as (
    select * from {{ ref('stg_learning__trials') }}
),

paired as (
    select
        trial_id,
        week,
        {% for arm in ['candidate', 'baseline'] %}
            coalesce(max(count_spawns) filter (where arm = '{{ arm }}'), 0) as count_{{ arm }}_spawns,
            coalesce(max(count_costs) filter (where arm = '{{ arm }}'), 0) as count_{{ arm }}_costs,
            coalesce(max(count_known) filter (where arm = '{{ arm }}'), 0) as count_{{ arm }}_known,
            max(mean_cost_usd) filter (where arm = '{{ arm }}') as {{ arm }}_mean_cost_usd,
            max(cost_variance) filter (where arm = '{{ arm }}') as {{ arm }}_cost_variance,
            max(cost_df) filter (where arm = '{{ arm }}') as {{ arm }}_cost_df,
            max(success_rate) filter (where arm = '{{ arm }}') as {{ arm }}_success_rate,
            max(success_low) filter (where arm = '{{ arm }}') as {{ arm }}_success_low,
            max(success_high) filter (where arm = '{{ arm }}') as {{ arm }}_success_high
            {{- ',' if not loop.last }}
        {% endfor %}
    from arms
    group by trial_id, week
),

-- Welch's interval for costs, Newcombe's for success.
compared as (
    select
        trial_id,
        (baseline_mean_cost_usd - candidate_mean_cost_usd)::double precision as saving_usd,
        sqrt(candidate_cost_variance + baseline_cost_variance)::double precision as saving_error_usd,
        (
            power(candidate_cost_variance + baseline_cost_variance, 2)
            / nullif(
                power(candidate_cost_variance, 2) / nullif(candidate_cost_df, 0)
                + power(baseline_cost_variance, 2) / nullif(baseline_cost_df, 0),
                0
            )
        )::double precision as saving_df,
        (candidate_success_rate - baseline_success_rate)::double precision as difference,
        sqrt(
            power(candidate_success_rate - candidate_success_low, 2)
            + power(baseline_success_high - baseline_success_rate, 2)
        )::double precision as difference_below,
        sqrt(
            power(candidate_success_high - candidate_success_rate, 2)
            + power(baseline_success_rate - baseline_success_low, 2)
        )::double precision as difference_above
    from paired
    where week is null
),

bounded as (
    select
        *,
        -- Costs that are all alike have no degrees of freedom, and no error.
        case when saving_error_usd = 0 then 0 else saving_error_usd * {{ student_t('saving_df') }} end as saving_bound_usd
    from compared
)

select
    paired.trial_id,
    case when paired.week is null then 'to date' else 'week' end as period,
    paired.week,
    trials.scope_label,
    trials.baseline_model,
    trials.candidate_model,
    trials.state,
    paired.count_candidate_spawns,
    paired.count_baseline_spawns,
    paired.count_candidate_costs,
    paired.count_baseline_costs,
    paired.count_candidate_known,
    paired.count_baseline_known,
    paired.candidate_mean_cost_usd::double precision as candidate_mean_cost_usd,
    paired.baseline_mean_cost_usd::double precision as baseline_mean_cost_usd,
    paired.candidate_success_rate::double precision as candidate_success_rate,
    paired.baseline_success_rate::double precision as baseline_success_rate,
    bounded.saving_usd as saving_per_spawn_usd,
    bounded.saving_usd - bounded.saving_bound_usd as saving_per_spawn_low_usd,
    bounded.saving_usd + bounded.saving_bound_usd as saving_per_spawn_high_usd,
    paired.count_candidate_spawns * bounded.saving_usd as saving_usd,
    paired.count_candidate_spawns * (bounded.saving_usd - bounded.saving_bound_usd) as saving_low_usd,
    paired.count_candidate_spawns * (bounded.saving_usd + bounded.saving_bound_usd) as saving_high_usd,
    bounded.difference as success_difference,
    bounded.difference - bounded.difference_below as success_difference_low,
    bounded.difference + bounded.difference_above as success_difference_high,
    -paired.count_candidate_spawns * bounded.difference as extra_failures,
    -paired.count_candidate_spawns * (bounded.difference + bounded.difference_above) as extra_failures_low,
    -paired.count_candidate_spawns * (bounded.difference - bounded.difference_below) as extra_failures_high
from paired
inner join trials on paired.trial_id = trials.trial_id
inner join bounded on paired.trial_id = bounded.trial_id
