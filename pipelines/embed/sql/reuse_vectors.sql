-- A text that comes again, in any session, has the vector that it got the first time.
update learning.task_history as task
set task_embedding = known.task_embedding, embedding_model = known.embedding_model
from (
    select distinct on (task_hash) task_hash, task_embedding, embedding_model
    from learning.task_history
    where embedding_model = %(embedding_model)s
    order by task_hash
) as known
where task.task_hash = known.task_hash and task.embedding_model is distinct from known.embedding_model
