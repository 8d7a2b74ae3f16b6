-- The next clustering is a new one; until then the kinds that still have tasks keep their ids, and lose every word.
with emptied as (
    delete from learning.task_clusters as kind
    where not exists (
        select from learning.cluster_assignments as member
        where member.clustering_version = kind.clustering_version and member.cluster_id = kind.cluster_id
    )
),

unassigned as (
    delete from learning.cluster_assignments
),

directions as (
    delete from learning.project_directions
),

renewed as (
    update learning.clusterings set task_count = 0, input_fingerprint = ''
)

update learning.task_clusters set label = '', terms = '{}', example_task_ids = '{}'
