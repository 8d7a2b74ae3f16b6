select
    agent_used,
    model_used,
    count(*) as spawns,
    count(*) filter (where is_error) as errors,
    round((percentile_cont(0.5) within group (order by duration_ms) / 1000)::numeric, 1) as median_seconds,
    round(sum(cost_usd)::numeric, 2) as cost_usd,
    round((100 * sum(estimated_cost_usd) / nullif(sum(cost_usd), 0))::numeric) as estimated_percent
from learning.task_history
group by agent_used, model_used
order by spawns desc, agent_used, model_used
limit %(limit)s
