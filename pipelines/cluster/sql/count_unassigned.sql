with newest as (
    select
        embedding_model,
        max(clustering_version) as clustering_version
    from learning.clusterings
    group by embedding_model
)

select
    count(*) as embedded,
    count(*) filter (where cluster_assignments.task_id is null) as unassigned
from learning.task_history
inner join learning.task_embeddings as known on task_history.task_hash = known.task_hash
inner join newest on known.embedding_model = newest.embedding_model
left join learning.cluster_assignments
    on
        task_history.id = cluster_assignments.task_id
        and newest.clustering_version = cluster_assignments.clustering_version
