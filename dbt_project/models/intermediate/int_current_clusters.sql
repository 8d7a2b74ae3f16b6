-- Only the newest clustering speaks: ids of older versions name other kinds.
with newest as (
    select max(clustering_version) as clustering_version
    from {{ ref('stg_learning__clusterings') }}
)

select
    clusters.clustering_version,
    clusters.cluster_id,
    clusters.work_type,
    clusters.embedding_model,
    clusters.count_tasks,
    clusters.radius,
    clusters.cluster_label,
    clusters.terms,
    clusters.example_task_ids
from {{ ref('stg_learning__task_clusters') }} as clusters
inner join newest on clusters.clustering_version = newest.clustering_version
