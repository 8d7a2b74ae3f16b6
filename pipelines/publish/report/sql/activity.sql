-- One row per period, project, person, agent, model and type of work: what the filters of the page choose from.
select
    date_trunc(%(period)s, spawned_on)::date as period,
    project,
    user_name,
    agent_name,
    model,
    work_type,
    sum(count_spawns)::integer as count_spawns,
    sum(count_successes)::integer as count_successes,
    sum(count_agent_failures)::integer as count_agent_failures,
    sum(count_other_failures)::integer as count_other_failures,
    sum(count_unknown)::integer as count_unknown,
    sum(count_cost_known)::integer as count_cost_known,
    coalesce(sum(cost_usd), 0) as cost_usd,
    coalesce(sum(estimated_cost_usd), 0) as estimated_cost_usd,
    coalesce(sum(cache_read_tokens), 0)::bigint as cache_read_tokens,
    coalesce(sum(input_tokens), 0)::bigint
    + coalesce(sum(cache_read_tokens), 0)::bigint
    + coalesce(sum(cache_write_tokens), 0)::bigint as read_tokens
from marts.usage_daily
group by 1, 2, 3, 4, 5, 6
order by 1, 2, 3, 4, 5, 6
limit %(most)s
