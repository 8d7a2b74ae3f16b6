select
    windows.window_days,
    tasks.agent_name,
    tasks.work_type,
    tasks.cluster_id,
    tasks.cluster_label,
    coalesce(tasks.model, 'unknown') as model,
    {{ measures([
        'count_spawns', 'count_cost_known', 'cost_usd', 'estimated_cost_usd', 'mean_cost_usd',
        'cost_per_success_usd', 'success_rate', 'input_tokens', 'output_tokens', 'cache_read_tokens',
        'cache_write_tokens',
    ]) }},
    array_agg(distinct tasks.project order by tasks.project) as projects,
    array_agg(distinct tasks.user_name order by tasks.user_name) as user_names
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
