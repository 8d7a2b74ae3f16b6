select count(*)
from learning.task_history as task
inner join learning.task_embeddings as known on task.task_hash = known.task_hash
where known.embedding_model = %s
