select clustering_version, criterion
from learning.clusterings
where embedding_model = %s
order by clustering_version desc
limit 1
