-- On from the last text of the batch before; whether a text has its vector is looked up for each (offset 0 keeps it so), as
-- no batch should begin by reading all vectors that the others have stored.
select distinct on (task.task_hash) task.task_hash, task.task_description
from learning.task_history as task
where
    task.task_description ~ '\S'
    and task.task_hash > %(after)s
    and not exists (
        select from learning.task_embeddings as known
        where known.task_hash = task.task_hash and known.embedding_model = %(embedding_model)s
        offset 0
    )
order by task.task_hash
limit %(batch_size)s
