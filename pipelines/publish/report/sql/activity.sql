-- One row per period, agent and model: what the charts over time are drawn from.
select
    date_trunc(%(period)s, spawned_on)::date as period,
    agent_name,
    coalesce(model, 'unknown') as model,
    count(*)::integer as count_spawns,
    (count(*) filter (where is_success))::integer as count_successes,
    (count(*) filter (where is_agent_failure))::integer as count_agent_failures,
    (count(*) filter (where outcome = 'failure' and not is_agent_failure))::integer as count_other_failures,
    (count(*) filter (where outcome = 'unknown'))::integer as count_unknown,
    count(cost_usd)::integer as count_cost_known,
    coalesce(sum(cost_usd), 0) as cost_usd,
    coalesce(sum(estimated_cost_usd), 0) as estimated_cost_usd
from intermediate.int_tasks
group by 1, 2, 3
order by 1, 2, 3
