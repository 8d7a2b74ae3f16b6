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
        {{ measures([
            'count_spawns', 'count_successes', 'count_agent_failures', 'count_other_failures',
            'count_unknown', 'success_rate', 'unknown_share', 'p50_duration_ms',
            'p95_duration_ms', 'input_tokens', 'output_tokens', 'cache_read_tokens',
            'cache_write_tokens', 'cost_usd', 'estimated_cost_usd', 'count_cost_known',
        ]) }},
        array_agg(distinct project order by project) as projects,
        array_agg(distinct user_name order by user_name) as user_names
    from {{ ref('int_tasks') }}
    group by agent_name, spawned_on
)

select
    usage.*,
    models.models
from usage
inner join models on usage.agent_name = models.agent_name and usage.spawned_on = models.spawned_on
