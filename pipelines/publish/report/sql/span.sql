select
    count(*)::integer as count_spawns,
    count(distinct agent_name)::integer as count_agents,
    count(distinct project)::integer as count_projects,
    count(distinct user_name)::integer as count_users,
    (count(*) filter (where is_success))::integer as count_successes,
    (count(*) filter (where is_agent_failure))::integer as count_agent_failures,
    (count(*) filter (where outcome = 'failure' and not is_agent_failure))::integer as count_other_failures,
    (count(*) filter (where outcome = 'unknown'))::integer as count_unknown,
    min(spawned_on) as first_day,
    max(spawned_on) as last_day,
    sum(cost_usd) as cost_usd,
    sum(estimated_cost_usd) as estimated_cost_usd,
    (count(*) filter (where cost_usd is null))::integer as count_cost_unknown
from marts.spawns
