select
    project,
    array_agg(distinct user_name) as user_names,
    array_agg(distinct model) as models,
    sum(count_spawns)::integer as count_spawns,
    sum(count_successes)::integer as count_successes,
    sum(count_successes + count_agent_failures)::integer as count_known,
    sum(cost_usd) as cost_usd,
    sum(estimated_cost_usd) as estimated_cost_usd,
    sum(cost_usd) / nullif(sum(count_priced_successes), 0) as cost_per_success_usd,
    sum(cache_read_tokens)::double precision
    / nullif(sum(input_tokens) + coalesce(sum(cache_read_tokens), 0) + coalesce(sum(cache_write_tokens), 0), 0)
        as cache_read_share,
    max(spawned_on) as last_day
from marts.usage_daily
group by project
order by cost_usd desc nulls last, project
