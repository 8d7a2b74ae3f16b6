select
    id,
    task_hash,
    task_description,
    task_embedding,
    model_used,
    case when fault is null or fault = 'agent' then success end as success,
    agent_used,
    coalesce(project, '') as project
from learning.task_history
where embedding_model = %s
order by created_at, id
