select cluster_id, label, radius, size, terms, examples, work_type, centroid
from serving.task_kinds
where clustering_version = %(clustering_version)s
order by cluster_id
