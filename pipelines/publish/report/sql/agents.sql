select
    agent_name,
    count(*)::integer as count_spawns,
    (count(*) filter (where is_success))::integer as count_successes,
    (count(*) filter (where is_known))::integer as count_known,
    (count(*) filter (where outcome = 'unknown'))::integer as count_unknown,
    percentile_cont(0.5) within group (order by duration_ms) as p50_duration_ms,
    percentile_cont(0.95) within group (order by duration_ms) as p95_duration_ms,
    sum(cost_usd) as cost_usd,
    sum(estimated_cost_usd) as estimated_cost_usd,
    count(cost_usd)::integer as count_cost_known,
    array_agg(distinct model) as models,
    array_agg(distinct project) as projects,
    array_agg(distinct user_name) as user_names,
    max(spawned_on) as last_day
from marts.spawns
group by agent_name
order by count_spawns desc, agent_name
