-- Texts that no task says any more: they were changed, or their tasks withdrawn.
delete from learning.task_embeddings as held
where not exists (select from learning.task_history as task where task.task_hash = held.task_hash)
