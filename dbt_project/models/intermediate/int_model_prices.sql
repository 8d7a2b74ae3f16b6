-- What a task of a kind costs with a model, as seen. A kind with too few costs takes the model's over all kinds.
with by_kind as (
    select
        cluster_id,
        model,
        count(cost_usd)::integer as count_costs,
        avg(cost_usd)::double precision as mean_cost_usd,
        coalesce(var_samp(cost_usd), 0)::double precision as variance_usd
    from {{ ref('int_tasks') }}
    where model is not null and cost_usd is not null
    group by cluster_id, model
),

overall as (
    select
        model,
        count(cost_usd)::integer as count_costs,
        avg(cost_usd)::double precision as mean_cost_usd,
        coalesce(var_samp(cost_usd), 0)::double precision as variance_usd
    from {{ ref('int_tasks') }}
    where model is not null and cost_usd is not null
    group by model
    having count(cost_usd) >= {{ var('price_min_tasks') }}
),

kinds as (
    select distinct cluster_id
    from {{ ref('int_tasks') }}
)

select
    kinds.cluster_id,
    overall.model,
    coalesce(by_kind.count_costs, overall.count_costs) as count_costs,
    coalesce(by_kind.mean_cost_usd, overall.mean_cost_usd) as mean_cost_usd,
    coalesce(by_kind.variance_usd, overall.variance_usd) as variance_usd,
    by_kind.model is not null as is_of_this_kind
from kinds
cross join overall
left join by_kind
    on
        kinds.cluster_id = by_kind.cluster_id
        and overall.model = by_kind.model
        and by_kind.count_costs >= {{ var('price_min_tasks') }}
