with gaps as (
    select
        kinds.embedding_model,
        groups.gap_id,
        kinds.threshold,
        string_agg(kinds.cluster_label, '; ' order by kinds.count_uncovered desc, kinds.cluster_id asc) as gap_label,
        count(*)::integer as count_kinds,
        sum(kinds.count_tasks)::integer as count_tasks,
        sum(kinds.count_uncovered)::integer as count_uncovered,
        sum(kinds.count_uncovered_failures)::integer as count_uncovered_failures,
        -- Of the largest kind, which names the gap.
        max(kinds.median_distance) filter (where kinds.cluster_id = groups.gap_id) as median_distance,
        max(kinds.example_task_ids) filter (where kinds.cluster_id = groups.gap_id) as example_task_ids
    from {{ ref('int_gap_kinds') }} as kinds
    inner join {{ ref('int_gap_groups') }} as groups on kinds.cluster_id = groups.cluster_id
    group by kinds.embedding_model, groups.gap_id, kinds.threshold
),

neighbours as (
    select
        groups.gap_id,
        nearest.embedding_model,
        nearest.agent_name,
        avg(nearest.distance) as distance,
        row_number() over (
            partition by groups.gap_id, nearest.embedding_model
            order by count(*) desc, avg(nearest.distance) asc, nearest.agent_name asc
        ) as nearness_rank
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_gap_groups') }} as groups on tasks.cluster_id = groups.cluster_id
    inner join {{ ref('int_task_nearest_agents') }} as nearest on tasks.task_hash = nearest.task_hash
    group by groups.gap_id, nearest.embedding_model, nearest.agent_name
),

nearest_agents as (
    select
        gap_id,
        embedding_model,
        string_agg(
            agent_name || ' ' || to_char(distance, 'FM0.00'), ', ' order by nearness_rank
        ) as nearest_agents
    from neighbours
    where nearness_rank <= 3
    group by gap_id, embedding_model
)

select
    gaps.embedding_model,
    gaps.gap_id,
    gaps.gap_label,
    gaps.count_kinds,
    gaps.count_tasks,
    gaps.count_uncovered,
    gaps.count_uncovered_failures,
    gaps.count_uncovered::double precision / gaps.count_tasks as uncovered_share,
    gaps.median_distance,
    gaps.threshold,
    nearest_agents.nearest_agents,
    gaps.example_task_ids
from gaps
inner join nearest_agents
    on gaps.gap_id = nearest_agents.gap_id and gaps.embedding_model = nearest_agents.embedding_model
where gaps.count_uncovered >= {{ var('gap_min_tasks') }}
