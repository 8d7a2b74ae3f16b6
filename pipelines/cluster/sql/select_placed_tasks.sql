-- Where some tasks lie, in the order in which they are asked for.
select
    task.id,
    learning.task_key(task.task_hash, task.agent_used, task.project) as task_key,
    known.embedding,
    coalesce(task.project, '') as project
from unnest(%(tasks)s::uuid []) with ordinality as asked (id, place)
inner join learning.task_history as task on asked.id = task.id
inner join learning.task_embeddings as known on task.task_hash = known.task_hash
where known.embedding_model = %(embedding_model)s
order by asked.place
