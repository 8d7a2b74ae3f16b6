update learning.task_clusters
set size = counted.size
from (
    select task_clusters.cluster_id, count(cluster_assignments.task_id) as size
    from learning.task_clusters
    left join learning.cluster_assignments using (clustering_version, cluster_id)
    where task_clusters.clustering_version = %(version)s
    group by task_clusters.cluster_id
) as counted
where
    task_clusters.clustering_version = %(version)s
    and task_clusters.cluster_id = counted.cluster_id
    and task_clusters.size <> counted.size
