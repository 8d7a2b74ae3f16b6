insert into learning.clusterings (embedding_model, input_fingerprint, cluster_count, task_count, criterion)
values (%s, %s, %s, %s, %s)
returning clustering_version
