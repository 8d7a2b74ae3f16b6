-- What there is to learn from: the cells of the estimates, with everything left out counted too.
select
    cluster_id,
    cluster_label,
    agent_name,
    model,
    count(*)::integer as count_spawns,
    (count(*) filter (where is_success))::integer as count_successes,
    (count(*) filter (where is_agent_failure))::integer as count_agent_failures,
    (count(*) filter (where outcome = 'failure' and not is_agent_failure))::integer as count_other_failures,
    (count(*) filter (where outcome = 'unknown'))::integer as count_unknown,
    count(cost_usd)::integer as count_cost_known,
    avg(cost_usd) as mean_cost_usd,
    stddev_samp(cost_usd) as sd_cost_usd,
    max(spawned_at) as last_spawned_at
from {{ ref('int_tasks') }}
where model is not null
group by cluster_id, cluster_label, agent_name, model
