select cluster_assignments.task_id, task_clusters.work_type
from learning.cluster_assignments
inner join learning.task_clusters using (clustering_version, cluster_id)
where cluster_assignments.clustering_version = %s
