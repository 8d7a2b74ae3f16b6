-- Some tasks whole, in the order in which they are asked for.
select
    task.id,
    learning.task_key(task.task_hash, task.agent_used, task.project) as task_key,
    task.task_description,
    known.embedding,
    task.model_used,
    case when task.fault is null or task.fault = 'agent' then task.success end as success,
    coalesce(task.project, '') as project
from unnest(%(tasks)s::uuid []) with ordinality as asked (id, place)
inner join learning.task_history as task on asked.id = task.id
inner join learning.task_embeddings as known on task.task_hash = known.task_hash
where known.embedding_model = %(embedding_model)s
order by asked.place
