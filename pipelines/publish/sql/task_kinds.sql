select
    cluster.cluster_id,
    cluster.label,
    cluster.radius,
    cluster.size,
    cluster.terms,
    coalesce(
        (
            select array_agg(task.task_title order by examples.place)
            from unnest(cluster.example_task_ids) with ordinality as examples (task_id, place)
            inner join learning.task_history as task on examples.task_id = task.id
            where task.task_title <> ''
        ),
        '{}'
    ) as examples,
    cluster.centroid
from learning.task_clusters as cluster
where cluster.clustering_version = %(clustering_version)s
order by cluster.cluster_id
