select count(distinct task.task_hash)
from learning.task_history as task
left join learning.task_embeddings as known
    on task.task_hash = known.task_hash and known.embedding_model = %(embedding_model)s
where known.task_hash is null and task.task_description ~ '\S'
