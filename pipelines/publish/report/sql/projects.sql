with main as (
    select
        project,
        sum(cost_usd) as cost_usd
    from marts.main_conversations
    group by project
)

select
    usage.project,
    array_agg(distinct user_name) as user_names,
    array_agg(distinct model) as models,
    sum(count_spawns)::integer as count_spawns,
    sum(count_successes)::integer as count_successes,
    sum(count_successes + count_agent_failures)::integer as count_known,
    sum(usage.cost_usd) as cost_usd,
    max(main.cost_usd) as main_cost_usd,
    sum(estimated_cost_usd) as estimated_cost_usd,
    sum(usage.cost_usd) / nullif(sum(count_priced_successes), 0) as cost_per_success_usd,
    sum(cache_read_tokens)::double precision
    / nullif(sum(input_tokens) + coalesce(sum(cache_read_tokens), 0) + coalesce(sum(cache_write_tokens), 0), 0)
        as cache_read_share,
    max(spawned_on) as last_day
from marts.usage_daily as usage
left join main on usage.project = main.project
group by usage.project
order by coalesce(sum(usage.cost_usd), 0) + coalesce(max(main.cost_usd), 0) desc, usage.project
