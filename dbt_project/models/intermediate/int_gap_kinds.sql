-- Kinds of task for which no agent is there. A far task that an agent with a spec did well is no gap: somebody does
-- that work, only its spec says it in other words.
with uncovered as (
    select
        tasks.*,
        nearest.embedding_model,
        nearest.distance,
        thresholds.threshold,
        nearest.distance > thresholds.threshold and (tasks.is_agent_failure or agents.spec_name is null) as is_uncovered
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_windows') }} as windows
        on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    inner join {{ ref('int_current_clusters') }} as clusters on tasks.cluster_id = clusters.cluster_id
    inner join {{ ref('int_task_nearest_agents') }} as nearest
        on tasks.task_hash = nearest.task_hash and clusters.embedding_model = nearest.embedding_model
    inner join {{ ref('int_gap_thresholds') }} as thresholds on nearest.embedding_model = thresholds.embedding_model
    inner join {{ ref('int_agents') }} as agents on tasks.agent_name = agents.agent_name
    where windows.is_main and nearest.nearness_rank = 1
)

select
    embedding_model,
    cluster_id,
    cluster_label,
    threshold,
    count(*)::integer as count_tasks,
    (count(*) filter (where is_uncovered))::integer as count_uncovered,
    (count(*) filter (where is_uncovered and is_agent_failure))::integer as count_uncovered_failures,
    percentile_cont(0.5) within group (order by distance) filter (where is_uncovered) as median_distance,
    array_to_string(
        (
            array_agg(task_id order by is_agent_failure desc, distance desc, task_id asc) filter (where is_uncovered)
        )[1:5], ', '
    ) as example_task_ids
from uncovered
group by embedding_model, cluster_id, cluster_label, threshold
having avg(is_uncovered::integer) >= {{ var('gap_min_share') }}
