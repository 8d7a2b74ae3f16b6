select count(*)
from (
    select distinct
        task_history.agent_used,
        coalesce(cluster_assignments.cluster_id, -1) as cluster_id
    from learning.task_history
    left join learning.cluster_assignments
        on
            task_history.id = cluster_assignments.task_id
            and cluster_assignments.clustering_version = (select max(clustering_version) from learning.clusterings)
    left join intermediate.int_task_outcomes as outcome on task_history.id = outcome.task_id
    where task_history.model_used is not null and coalesce(outcome.is_time_possible, true)
) as work
where not exists (
    select from learning.model_estimates
    where
        model_estimates.agent_name = work.agent_used
        and model_estimates.cluster_id = work.cluster_id
)
