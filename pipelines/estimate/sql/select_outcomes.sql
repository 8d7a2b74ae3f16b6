-- One row per spawn whose model is known and whose time is credible. Success is how likely it is:
-- only the agent's own failures are outcomes, whatever else went wrong is not.
select
    task_history.agent_used,
    cluster_assignments.cluster_id,
    task_history.project,
    task_history.session_id,
    task_history.task_hash,
    task_history.model_used,
    task_history.model_resolved,
    coalesce(decision.baseline_model, task_history.model_used) as baseline,
    task_history.model_source in ('observed', 'result', 'recorded') as is_model_observed,
    task_history.created_at,
    probable.success_probability as success,
    coalesce(outcome.confidence, 1) as confidence,
    coalesce(outcome.is_self_reported, false) as is_self_reported,
    task_history.propensity,
    -- A cost that lacks a few tokens is nearer to the truth than the price of a typical task.
    task_history.cost_usd,
    task_history.tool_uses,
    coalesce(task_history.effort_used, task_history.effort_requested) as effort,
    task_history.effort_requested is not null as is_effort_asked,
    decision.baseline_effort,
    -- Where audits correct what rules read from a log, and how many outcomes such spawns can count for at most.
    coalesce(probable.is_corrected, false) as is_corrected,
    probable.effective_limit as pair_limit,
    case when probable.effective_limit is not null then of_model.effective_limit end as model_limit
from learning.task_history
left join intermediate.int_task_outcomes as outcome on task_history.id = outcome.task_id
left join intermediate.int_outcome_probabilities as probable on task_history.id = probable.task_id
left join learning.audit_rates as of_model on of_model.agent_name = '*' and task_history.model_used = of_model.model
left join learning.recommendation_log as decision on task_history.decision_id = decision.decision_id
left join learning.cluster_assignments
    on
        task_history.id = cluster_assignments.task_id
        and cluster_assignments.clustering_version = %(version)s
where task_history.model_used is not null and coalesce(outcome.is_time_possible, true)
order by task_history.created_at, task_history.id
