select cluster_id, centroid, radius, label, terms
from learning.task_clusters
where clustering_version = %s
order by cluster_id
