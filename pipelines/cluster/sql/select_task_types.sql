-- What the type of a task's work is read from: its first and last words, and its agent. Oldest first.
-- Unless all are asked for, only those that the version does not hold as they are now.
select
    task.id,
    left(task.task_description, %(head)s) || right(substr(task.task_description, %(head)s + 1), %(tail)s) as words,
    task.agent_used,
    cluster.work_type as known_type,
    assignment.task_key
    is distinct from learning.task_key(task.task_hash, task.agent_used, task.project) as is_changed
from learning.task_history as task
inner join learning.task_embeddings as known on task.task_hash = known.task_hash
left join learning.cluster_assignments as assignment
    on task.id = assignment.task_id and assignment.clustering_version = %(version)s
left join learning.task_clusters as cluster
    on assignment.clustering_version = cluster.clustering_version and assignment.cluster_id = cluster.cluster_id
where
    known.embedding_model = %(embedding_model)s
    and (
        %(is_all)s
        or assignment.task_key is distinct from learning.task_key(task.task_hash, task.agent_used, task.project)
    )
order by task.created_at, task.id
