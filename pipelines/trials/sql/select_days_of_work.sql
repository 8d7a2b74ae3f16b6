-- What ran on which baseline, day by day: the pace of the work that a trial would be made of.
select
    (task_history.created_at at time zone 'UTC')::date as day,
    task_history.agent_used as agent_name,
    coalesce(task_clusters.work_type, '*') as work_type,
    coalesce(cluster_assignments.cluster_id, -1) as cluster_id,
    coalesce(decision.baseline_model, task_history.model_used) as baseline_model,
    coalesce(
        case
            when decision.baseline_model is null then coalesce(task_history.effort_used, task_history.effort_requested)
            else decision.baseline_effort
        end,
        ''
    ) as baseline_effort,
    count(*)::int as count_spawns,
    count(task_history.cost_usd)::int as count_costs,
    -- In numeric, so that the sum does not depend on the order of its rows.
    coalesce(
        sum(task_history.cost_usd::numeric * coalesce((%(weights)s::jsonb ->> task_history.model_used)::numeric, 1)), 0
    )::double precision as cost_usd
from learning.task_history
left join intermediate.int_task_outcomes as outcome on task_history.id = outcome.task_id
left join learning.recommendation_log as decision on task_history.decision_id = decision.decision_id
left join learning.cluster_assignments
    on
        task_history.id = cluster_assignments.task_id
        and cluster_assignments.clustering_version = %(version)s
left join learning.task_clusters
    on
        cluster_assignments.clustering_version = task_clusters.clustering_version
        and cluster_assignments.cluster_id = task_clusters.cluster_id
where
    coalesce(decision.baseline_model, task_history.model_used) is not null
    and coalesce(outcome.is_time_possible, true)
group by 1, 2, 3, 4, 5, 6
order by 1, 2, 3, 4, 5, 6
