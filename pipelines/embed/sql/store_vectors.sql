update learning.task_history as task
set task_embedding = embedded.vector, embedding_model = %(embedding_model)s
from unnest(%(hashes)s::text [], %(vectors)s::vector []) as embedded (task_hash, vector)
where task.task_hash = embedded.task_hash
