delete from learning.task_embeddings as held
where
    held.task_hash in (select task_hash from purged_tasks)
    and not exists (select from learning.task_history as task where task.task_hash = held.task_hash)
