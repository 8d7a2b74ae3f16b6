-- What trials drew, and how it went. A model or an outcome that is not in the log yet, or was not observed, is unknown.
with decisions as (
    select * from {{ ref('stg_learning__recommendation_log') }}
),

tasks as (
    select * from {{ ref('int_tasks') }}
)

select
    decisions.decision_id,
    decisions.trial_id,
    decisions.trial_arm as arm,
    decisions.propensity,
    decisions.decided_at,
    (date_trunc('week', decisions.decided_at at time zone 'UTC'))::date as decided_in_week,
    tasks.task_id,
    coalesce(tasks.agent_name, decisions.agent_name) as agent_name,
    tasks.cluster_id,
    case when tasks.model_source in ('observed', 'result', 'recorded') then tasks.model end as model,
    case
        when tasks.model_source in ('observed', 'result', 'recorded') then tasks.model = decisions.answered_model
    end as is_followed,
    tasks.cost_usd,
    tasks.estimated_cost_usd,
    -- What a program says of itself ends no trial and proves nothing.
    coalesce(tasks.is_known and not tasks.is_self_reported, false) as is_known,
    coalesce(tasks.is_success and not tasks.is_self_reported, false) as is_success,
    coalesce(tasks.is_agent_failure and not tasks.is_self_reported, false) as is_agent_failure
from decisions
left join tasks on decisions.task_id = tasks.task_id
where decisions.trial_id is not null and decisions.trial_arm is not null
