with by_model as (
    select
        agent_name,
        spawned_on,
        coalesce(model, 'unknown') as model,
        count(*) as count_spawns
    from {{ ref('int_tasks') }}
    group by agent_name, spawned_on, coalesce(model, 'unknown')
),

models as (
    select
        agent_name,
        spawned_on,
        string_agg(model || ' ' || count_spawns, ', ' order by count_spawns desc, model asc) as models
    from by_model
    group by agent_name, spawned_on
),

usage as (
    select
        agent_name,
        spawned_on,
        count(*)::integer as count_spawns,
        (count(*) filter (where is_success))::integer as count_successes,
        (count(*) filter (where is_agent_failure))::integer as count_agent_failures,
        (count(*) filter (where outcome = 'failure' and not is_agent_failure))::integer as count_other_failures,
        (count(*) filter (where outcome = 'unknown'))::integer as count_unknown,
        (avg(is_success::integer) filter (where is_known))::double precision as success_rate,
        avg((outcome = 'unknown')::integer)::double precision as unknown_share,
        percentile_cont(0.5) within group (order by duration_ms) as p50_duration_ms,
        percentile_cont(0.95) within group (order by duration_ms) as p95_duration_ms,
        sum(input_tokens)::bigint as input_tokens,
        sum(output_tokens)::bigint as output_tokens,
        sum(cache_read_tokens)::bigint as cache_read_tokens,
        sum(cache_write_tokens)::bigint as cache_write_tokens,
        sum(cost_usd)::double precision as cost_usd,
        sum(estimated_cost_usd)::double precision as estimated_cost_usd,
        count(cost_usd)::integer as count_cost_known
    from {{ ref('int_tasks') }}
    group by agent_name, spawned_on
)

select
    usage.*,
    models.models
from usage
inner join models on usage.agent_name = models.agent_name and usage.spawned_on = models.spawned_on
