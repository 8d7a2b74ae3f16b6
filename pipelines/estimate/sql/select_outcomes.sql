-- One row per spawn whose model is known. Only the agent's own failures are outcomes; whatever else went wrong is not.
select
    task_history.agent_used,
    cluster_assignments.cluster_id,
    task_history.model_used,
    task_history.model_resolved,
    task_history.created_at,
    case
        when outcome.fault is null or outcome.fault = 'agent' then outcome.success
    end as success,
    coalesce(outcome.confidence, 1) as confidence,
    task_history.propensity,
    -- A cost that lacks a few tokens is nearer to the truth than the price of a typical task.
    task_history.cost_usd,
    task_history.decision_id is not null as is_advised
from learning.task_history
left join intermediate.int_task_outcomes as outcome on task_history.id = outcome.task_id
left join learning.cluster_assignments
    on
        task_history.id = cluster_assignments.task_id
        and cluster_assignments.clustering_version = %s
where task_history.model_used is not null
order by task_history.created_at, task_history.id
