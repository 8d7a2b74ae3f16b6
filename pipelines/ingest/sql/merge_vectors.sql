update learning.task_history as task
set task_embedding = staged.vector, embedding_model = %(embedding_model)s
from staged_vectors as staged
where task.task_hash = staged.task_hash and task.embedding_model is distinct from %(embedding_model)s
