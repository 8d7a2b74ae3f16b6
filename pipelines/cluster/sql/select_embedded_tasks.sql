select
    task.id,
    task.task_hash,
    task.task_description,
    known.embedding,
    task.model_used,
    case when task.fault is null or task.fault = 'agent' then task.success end as success,
    task.agent_used,
    coalesce(task.project, '') as project
from learning.task_history as task
inner join learning.task_embeddings as known on task.task_hash = known.task_hash
where known.embedding_model = %s
order by task.created_at, task.id
