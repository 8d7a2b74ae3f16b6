-- The clustering that the published answers were made with; one that is newer is not published before its estimates are.
select clustering_version, embedding_model, estimated_at
from serving.best_model_per_cluster
order by clustering_version desc, estimated_at desc
limit 1
