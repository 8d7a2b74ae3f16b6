-- One row per spawn whose model is known and whose time is credible. Success is how likely it is:
-- only the agent's own failures are outcomes, whatever else went wrong is not.
-- Every column has a fixed width and a value (pipelines.warehouse.fixed_width): texts are told by their hashes,
-- 0 for none.
select
    hashtextextended(task_history.agent_used, 0) as agent,
    coalesce(cluster_assignments.cluster_id, -1) as cluster_id,
    hashtextextended(coalesce(task_history.project, ''), 0) as project,
    coalesce(hashtextextended(task_history.session_id, 0), hashtextextended(task_history.id::text, 1)) as session,
    hashtextextended(task_history.task_hash, 0) as text,
    hashtextextended(task_history.model_used, 0) as model,
    coalesce(hashtextextended(nullif(task_history.model_resolved, ''), 0), 0) as version,
    hashtextextended(coalesce(decision.baseline_model, task_history.model_used), 0) as baseline,
    task_history.model_source in ('observed', 'result', 'recorded') as is_model_observed,
    (extract(epoch from task_history.created_at) * 1000000)::bigint as created_us,
    coalesce(probable.success_probability, 'NaN') as success,
    -- By way of its digits, so that .95 in single precision is .95 in double.
    coalesce(outcome.confidence::text::double precision, 1) as confidence,
    coalesce(outcome.is_self_reported, false) as is_self_reported,
    coalesce(task_history.propensity, 'NaN') as propensity,
    -- A cost that lacks a few tokens is nearer to the truth than the price of a typical task.
    coalesce(task_history.cost_usd, 'NaN') as cost_usd,
    coalesce(task_history.tool_uses, 'NaN'::double precision) as calls,
    coalesce(hashtextextended(coalesce(task_history.effort_used, task_history.effort_requested), 0), 0) as effort,
    task_history.effort_requested is not null as is_effort_asked,
    coalesce(hashtextextended(decision.baseline_effort, 0), 0) as baseline_effort,
    -- Where audits correct what rules read from a log, and how many outcomes such spawns can count for at most.
    coalesce(probable.is_corrected, false) as is_corrected,
    coalesce(probable.effective_limit, 'NaN') as pair_limit,
    coalesce(case when probable.effective_limit is not null then of_model.effective_limit end, 'NaN') as model_limit
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
