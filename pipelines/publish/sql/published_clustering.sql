-- The clustering that the serving table was built from; one that is newer is not published before its estimates are.
select clustering_version, embedding_model
from serving.best_model_per_cluster
order by clustering_version desc
limit 1
