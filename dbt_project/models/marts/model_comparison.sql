-- Pairs of models that did the same kind of work. Newcombe's interval of the difference, from Wilson's of each rate.
with rates as (
    select
        cluster_id,
        cluster_label,
        model,
        (count(*) filter (where is_known))::integer as count_known,
        (count(*) filter (where is_success))::integer as count_successes,
        avg(cost_usd)::double precision as mean_cost_usd,
        (sum(estimated_cost_usd) / nullif(sum(cost_usd), 0))::double precision as estimated_cost_share
    from {{ ref('int_tasks') }}
    where cluster_id >= 0 and model is not null
    group by cluster_id, cluster_label, model
    having count(*) filter (where is_known) >= {{ var('comparison_min_tasks') }}
),

bounded as (
    select
        *,
        count_successes::double precision / count_known as success_rate,
        {{ wilson_bound('count_successes', 'count_known', 'low') }} as success_low,
        {{ wilson_bound('count_successes', 'count_known', 'high') }} as success_high
    from rates
),

pairs as (
    select
        one.cluster_id,
        one.cluster_label,
        one.model,
        other.model as other_model,
        one.count_known,
        other.count_known as other_count_known,
        one.success_rate,
        other.success_rate as other_success_rate,
        one.success_rate - other.success_rate as difference,
        one.success_rate - other.success_rate
        - sqrt(power(one.success_rate - one.success_low, 2) + power(other.success_high - other.success_rate, 2))
            as difference_low,
        one.success_rate - other.success_rate
        + sqrt(power(one.success_high - one.success_rate, 2) + power(other.success_rate - other.success_low, 2))
            as difference_high,
        one.mean_cost_usd,
        other.mean_cost_usd as other_mean_cost_usd,
        one.estimated_cost_share,
        other.estimated_cost_share as other_estimated_cost_share
    from bounded as one
    inner join bounded as other on one.cluster_id = other.cluster_id and one.model < other.model
)

select
    *,
    case
        when difference_low > 0 then model
        when difference_high < 0 then other_model
    end as better_model,
    case
        when mean_cost_usd < other_mean_cost_usd then model
        when mean_cost_usd > other_mean_cost_usd then other_model
    end as cheaper_model
from pairs
