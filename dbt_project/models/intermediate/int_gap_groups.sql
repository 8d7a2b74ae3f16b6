-- Kinds that lie closer together than a spec that is close belong to one gap: one new agent would cover them. A gap
-- bears the number of its kind with the most uncovered tasks.
with recursive kinds as (
    select
        gaps.embedding_model,
        gaps.cluster_id,
        gaps.count_uncovered,
        gaps.threshold,
        clusters.centroid
    from {{ ref('int_gap_kinds') }} as gaps
    inner join {{ ref('int_current_clusters') }} as newest on gaps.cluster_id = newest.cluster_id
    inner join {{ source('learning', 'task_clusters') }} as clusters
        on newest.clustering_version = clusters.clustering_version and newest.cluster_id = clusters.cluster_id
),

links as (
    select
        one.cluster_id,
        other.cluster_id as other_cluster_id
    from kinds as one
    inner join kinds as other
        on one.embedding_model = other.embedding_model and (one.centroid <=> other.centroid) <= one.threshold
),

reached as (
    select
        cluster_id,
        cluster_id as other_cluster_id
    from kinds

    union

    select
        reached.cluster_id,
        links.other_cluster_id
    from reached
    inner join links on reached.other_cluster_id = links.cluster_id
)

select distinct on (reached.cluster_id)
    reached.cluster_id,
    kinds.cluster_id as gap_id
from reached
inner join kinds on reached.other_cluster_id = kinds.cluster_id
order by reached.cluster_id asc, kinds.count_uncovered desc, kinds.cluster_id asc
