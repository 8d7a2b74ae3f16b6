-- The arms of each trial as drawn, whatever ran then, in each week and to date. The share of the candidate changes
-- when a trial is adopted: each spawn weighs by the probability of the other arm (overlap weights, Li, Morgan and
-- Zaslavsky 2018), so that no single spawn of the hold-out outweighs the trial.
-- Numerics, so that a sum does not depend on the order of its rows.
with drawn as (
    select
        trial_id,
        arm,
        decided_in_week,
        1 - propensity::numeric as weight,
        cost_usd,
        estimated_cost_usd,
        is_known,
        is_success
    from {{ ref('int_trial_spawns') }}
    where task_id is not null and propensity < 1
),

periods as (
    select
        decided_in_week as week,
        *
    from drawn

    union all

    select
        null as week,
        *
    from drawn
),

summed as (
    select
        trial_id,
        week,
        arm,
        count(*)::integer as count_spawns,
        count(cost_usd)::integer as count_costs,
        (count(*) filter (where is_known))::integer as count_known,
        (count(*) filter (where is_success))::integer as count_successes,
        sum(weight * cost_usd) / sum(weight) filter (where cost_usd is not null) as mean_cost_usd,
        sum(weight * estimated_cost_usd) / nullif(sum(weight * cost_usd), 0) as estimated_cost_share,
        sum(weight) filter (where cost_usd is not null) as cost_weight,
        sum(weight * weight) filter (where cost_usd is not null) as cost_weight_squares,
        sum(weight * weight * cost_usd) as weighted_costs,
        sum(weight * weight * cost_usd * cost_usd) as weighted_cost_squares,
        coalesce(sum(weight) filter (where is_success), 0) / sum(weight) filter (where is_known) as success_rate,
        power(sum(weight) filter (where is_known), 2)
        / sum(weight * weight) filter (where is_known) as effective_outcomes
    from periods
    group by trial_id, week, arm
),

-- The variance of a weighted mean (Hajek's): its weighted squares, n / (n - 1) of them for n effective costs.
spread as (
    select
        *,
        power(cost_weight, 2) / cost_weight_squares as effective_costs,
        greatest(
            weighted_cost_squares - 2 * mean_cost_usd * weighted_costs + power(mean_cost_usd, 2) * cost_weight_squares,
            0
        ) / power(cost_weight, 2) as mean_square
    from summed
)

select
    trial_id,
    week,
    arm,
    count_spawns,
    count_costs,
    count_known,
    count_successes,
    mean_cost_usd::double precision as mean_cost_usd,
    estimated_cost_share::double precision as estimated_cost_share,
    (
        case when count_costs > 1 then mean_square * effective_costs / (effective_costs - 1) end
    )::double precision as cost_variance,
    (effective_costs - 1)::double precision as cost_df,
    success_rate::double precision as success_rate,
    {{ wilson_bound('success_rate * effective_outcomes', 'effective_outcomes', 'low') }} as success_low,
    {{ wilson_bound('success_rate * effective_outcomes', 'effective_outcomes', 'high') }} as success_high
from spread
