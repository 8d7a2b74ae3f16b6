select cluster_id, centroid, radius, label, terms, work_type
from learning.task_clusters
where clustering_version = %s
order by cluster_id
