select label, size
from learning.task_clusters
where clustering_version = %s
order by size desc, cluster_id
