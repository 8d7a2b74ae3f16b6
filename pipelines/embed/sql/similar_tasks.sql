select
    id as task_id,
    task_title,
    agent_used,
    model_used,
    success,
    duration_ms,
    1 - ((task_embedding::{vector_type}) <=> %(vector)s::{vector_type}) as similarity
from learning.task_history
where embedding_model = {embedding_model}
order by (task_embedding::{vector_type}) <=> %(vector)s::{vector_type}
limit %(limit)s
