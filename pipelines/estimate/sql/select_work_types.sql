select cluster_id, work_type
from learning.task_clusters
where clustering_version = %(version)s
