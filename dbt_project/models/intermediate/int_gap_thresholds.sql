-- What is far depends on the embedding model: a fixed distance never fires with some and always with others.
-- Measured on tasks that did not fail, so that a gap does not raise the bar that should show it.
select
    nearest.embedding_model,
    percentile_cont({{ var('gap_quantile') }}) within group (order by nearest.distance) as threshold,
    count(*)::integer as count_tasks
from {{ ref('int_task_nearest_agents') }} as nearest
inner join {{ ref('int_tasks') }} as tasks on nearest.task_hash = tasks.task_hash
cross join {{ ref('int_windows') }} as windows
where
    nearest.nearness_rank = 1
    and not tasks.is_agent_failure
    and windows.is_main
    and tasks.spawned_at > windows.spawned_from
    and tasks.spawned_at <= windows.spawned_until
group by nearest.embedding_model
