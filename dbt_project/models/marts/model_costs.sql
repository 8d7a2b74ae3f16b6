select
    windows.window_days,
    tasks.agent_name,
    tasks.work_type,
    tasks.cluster_id,
    tasks.cluster_label,
    coalesce(tasks.model, 'unknown') as model,
    count(*)::integer as count_spawns,
    count(tasks.cost_usd)::integer as count_cost_known,
    sum(tasks.cost_usd)::double precision as cost_usd,
    sum(tasks.estimated_cost_usd)::double precision as estimated_cost_usd,
    avg(tasks.cost_usd)::double precision as mean_cost_usd,
    -- All that was spent, on failures and on spawns without a known outcome too, for each known success. A success of
    -- unknown cost paid for nothing here.
    (
        sum(tasks.cost_usd)
        / nullif(count(tasks.cost_usd) filter (where tasks.is_success), 0)
    )::double precision as cost_per_success_usd,
    (avg(tasks.is_success::integer) filter (where tasks.is_known))::double precision as success_rate,
    sum(tasks.input_tokens)::bigint as input_tokens,
    sum(tasks.output_tokens)::bigint as output_tokens,
    sum(tasks.cache_read_tokens)::bigint as cache_read_tokens,
    sum(tasks.cache_write_tokens)::bigint as cache_write_tokens
from {{ ref('int_tasks') }} as tasks
inner join {{ ref('int_windows') }} as windows
    on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
group by
    windows.window_days,
    tasks.agent_name,
    tasks.work_type,
    tasks.cluster_id,
    tasks.cluster_label,
    coalesce(tasks.model, 'unknown')
