-- A decision is known to be followed only where the log of the spawn shows the model that did the work.
select
    decisions.decision_id,
    tasks.task_id,
    decisions.decided_at,
    (date_trunc('week', decisions.decided_at at time zone 'UTC'))::date as decided_in_week,
    decisions.answer_source,
    decisions.answered_model,
    decisions.baseline_model,
    decisions.success_rate as predicted_success_rate,
    tasks.agent_name,
    tasks.cluster_id,
    tasks.spawned_at,
    tasks.model,
    tasks.model = decisions.answered_model as is_followed,
    tasks.is_known,
    tasks.is_success,
    tasks.is_agent_failure,
    tasks.cost_usd,
    tasks.estimated_cost_usd
from {{ ref('stg_learning__recommendation_log') }} as decisions
inner join {{ ref('int_tasks') }} as tasks on decisions.task_id = tasks.task_id
where tasks.model is not null
