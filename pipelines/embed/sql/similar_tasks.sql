-- Every text was given to one task at least, so that as many texts are enough.
with nearest as (
    select
        task_hash,
        1 - ((embedding::{vector_type}) <=> %(vector)s::{vector_type}) as similarity
    from learning.task_embeddings
    where embedding_model = {embedding_model}
    order by (embedding::{vector_type}) <=> %(vector)s::{vector_type}
    limit %(limit)s
)

select
    task.id as task_id,
    task.task_title,
    task.agent_used,
    task.model_used,
    task.success,
    task.duration_ms,
    nearest.similarity
from nearest
inner join learning.task_history as task on nearest.task_hash = task.task_hash
order by nearest.similarity desc, task.created_at desc, task.id
limit %(limit)s
