select
    jsonb_build_object(
        'spawns', (select count(*) from learning.task_history),
        'kinds', (
            select count(*) from learning.task_clusters
            where clustering_version = (select max(clustering_version) from learning.clusterings)
        ),
        'answers', (select count(*) from serving.best_model_per_cluster),
        'quarantined', (select count(*) from learning.ingest_quarantine)
    )
