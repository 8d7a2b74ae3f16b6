select clustering_version, input_fingerprint, task_count
from learning.clusterings
where embedding_model = %s
order by clustering_version desc
limit 1
