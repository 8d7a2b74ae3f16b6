-- Counts for each window and for the period of the same length before it.
with sighted as (
    select
        windows.window_days,
        tasks.*,
        tasks.spawned_at > windows.spawned_from as is_current
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_windows') }} as windows
        on tasks.spawned_at > windows.previous_from and tasks.spawned_at <= windows.spawned_until
)

select
    window_days,
    agent_name,
    cluster_id,
    cluster_label,
    (count(*) filter (where is_current))::integer as count_spawns,
    (count(*) filter (where is_current and is_known))::integer as count_known,
    (count(*) filter (where is_current and is_success))::integer as count_successes,
    (count(*) filter (where not is_current))::integer as previous_count_spawns,
    (count(*) filter (where not is_current and is_known))::integer as previous_count_known,
    (count(*) filter (where not is_current and is_success))::integer as previous_count_successes
from sighted
group by window_days, agent_name, cluster_id, cluster_label
