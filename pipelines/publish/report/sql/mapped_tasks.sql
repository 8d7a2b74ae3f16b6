-- As many tasks of every kind, the newest first, until there are enough: a large kind must not hide the small ones.
with tasks as (
    select
        tasks.task_id,
        tasks.agent_name,
        tasks.project,
        tasks.user_name,
        coalesce(tasks.model, 'unknown') as model,
        tasks.cluster_id,
        tasks.cluster_label,
        tasks.cluster_distance,
        tasks.outcome,
        tasks.spawned_on,
        coalesce(advice.model, 'none') as recommended_model,
        row_number() over (partition by tasks.cluster_id order by tasks.spawned_at desc, tasks.task_id) as place
    from intermediate.int_tasks as tasks
    left join intermediate.int_advice as advice
        on tasks.agent_name = advice.agent_name and tasks.cluster_id = advice.cluster_id
),

-- Of a million tasks, few are looked up; more than are shown, as one may have no vector yet.
drawn as materialized (
    select * from tasks
    order by place, cluster_id, task_id
    limit 2 * %(limit)s
)

select
    tasks.*,
    history.task_embedding as embedding,
    case when %(with_text)s then history.task_title end as title
from drawn as tasks
inner join learning.task_history_with_embeddings as history on tasks.task_id = history.id
where
    history.embedding_model = (
        select embedding_model from learning.clusterings order by clustering_version desc limit 1
    )
order by tasks.place, tasks.cluster_id, tasks.task_id
limit %(limit)s
