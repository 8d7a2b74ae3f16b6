insert into learning.task_clusters
(clustering_version, cluster_id, embedding_model, centroid, size, radius, label, terms, example_task_ids, work_type)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
