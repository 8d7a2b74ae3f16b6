-- One row per period, agent and model: what the charts over time are drawn from.
select
    date_trunc(%(period)s, tasks.spawned_on)::date as period,
    tasks.agent_name,
    coalesce(tasks.model, 'unknown') as model,
    count(*)::integer as count_spawns,
    (count(*) filter (where tasks.is_success))::integer as count_successes,
    (count(*) filter (where tasks.is_agent_failure))::integer as count_agent_failures,
    (count(*) filter (where tasks.outcome = 'failure' and not tasks.is_agent_failure))::integer as count_other_failures,
    (count(*) filter (where tasks.outcome = 'unknown'))::integer as count_unknown,
    count(tasks.cost_usd)::integer as count_cost_known,
    coalesce(sum(tasks.cost_usd), 0) as cost_usd,
    -- What the advised model costs on average; what ran on it already, or has no such price, counts as it was.
    coalesce(sum(
        case
            when tasks.cost_usd is null then 0
            when tasks.model is distinct from advice.model then coalesce(prices.mean_cost_usd, tasks.cost_usd)
            else tasks.cost_usd
        end
    ), 0) as advised_cost_usd
from intermediate.int_tasks as tasks
left join intermediate.int_advice as advice
    on tasks.agent_name = advice.agent_name and tasks.cluster_id = advice.cluster_id
left join intermediate.int_model_prices as prices
    on tasks.cluster_id = prices.cluster_id and advice.model = prices.model
group by 1, 2, 3
order by 1, 2, 3
