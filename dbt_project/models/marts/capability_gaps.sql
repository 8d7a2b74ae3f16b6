-- Kinds of task that no spec is close to. A tenth of all tasks is far by definition of the threshold, so a gap is a
-- kind in which far tasks are the rule.
with window_tasks as (
    select tasks.*
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_windows') }} as windows
        on tasks.spawned_at > windows.spawned_from and tasks.spawned_at <= windows.spawned_until
    where windows.is_main and tasks.cluster_id >= 0
),

measured as (
    select
        tasks.*,
        nearest.embedding_model,
        nearest.distance,
        thresholds.threshold,
        nearest.distance > thresholds.threshold as is_far
    from window_tasks as tasks
    inner join {{ ref('int_task_nearest_agents') }} as nearest on tasks.task_hash = nearest.task_hash
    inner join {{ ref('int_gap_thresholds') }} as thresholds on nearest.embedding_model = thresholds.embedding_model
    where nearest.nearness_rank = 1
),

gaps as (
    select
        embedding_model,
        cluster_id,
        cluster_label,
        threshold,
        count(*)::integer as count_tasks,
        (count(*) filter (where is_far))::integer as count_far,
        (count(*) filter (where is_far and is_agent_failure))::integer as count_far_failures,
        avg(is_far::integer)::double precision as far_share,
        percentile_cont(0.5) within group (order by distance) filter (where is_far) as median_distance,
        array_to_string(
            (array_agg(task_id order by is_agent_failure desc, distance desc, task_id asc) filter (where is_far))[1:5],
            ', '
        ) as example_task_ids
    from measured
    group by embedding_model, cluster_id, cluster_label, threshold
),

neighbours as (
    select
        tasks.cluster_id,
        nearest.embedding_model,
        nearest.agent_name,
        avg(nearest.distance) as distance,
        row_number() over (
            partition by tasks.cluster_id, nearest.embedding_model
            order by count(*) desc, avg(nearest.distance) asc, nearest.agent_name asc
        ) as nearness_rank
    from window_tasks as tasks
    inner join {{ ref('int_task_nearest_agents') }} as nearest on tasks.task_hash = nearest.task_hash
    group by tasks.cluster_id, nearest.embedding_model, nearest.agent_name
),

nearest_agents as (
    select
        cluster_id,
        embedding_model,
        string_agg(
            agent_name || ' ' || to_char(distance, 'FM0.00'), ', ' order by nearness_rank
        ) as nearest_agents
    from neighbours
    where nearness_rank <= 3
    group by cluster_id, embedding_model
)

select
    gaps.embedding_model,
    gaps.cluster_id,
    gaps.cluster_label as gap_label,
    gaps.count_tasks,
    gaps.count_far,
    gaps.count_far_failures,
    gaps.far_share,
    gaps.median_distance,
    gaps.threshold,
    nearest_agents.nearest_agents,
    gaps.example_task_ids
from gaps
inner join nearest_agents
    on gaps.cluster_id = nearest_agents.cluster_id and gaps.embedding_model = nearest_agents.embedding_model
where gaps.count_far >= {{ var('gap_min_tasks') }} and gaps.far_share >= {{ var('gap_min_share') }}
