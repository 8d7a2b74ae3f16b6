-- What became of each decision. The rule stands in the view learning.decision_ledger; `spawnwise stats` reads it too.
with ledger as (
    select * from {{ source('learning', 'decision_ledger') }}
),

outcomes as (
    select * from {{ ref('int_task_outcomes') }}
)

select
    ledger.decision_id::text as decision_id,
    ledger.decided_at,
    (date_trunc('week', ledger.decided_at at time zone 'UTC'))::date as decided_in_week,
    ledger.mode,
    ledger.agent_name,
    ledger.work_type,
    ledger.cluster_id,
    ledger.task_id::text as task_id,
    ledger.answer_source,
    ledger.trial_id,

    -- asked, answered, written into the call, ran
    ledger.asked_model,
    ledger.asked_effort,
    ledger.baseline_model,
    ledger.baseline_effort,
    ledger.answered_model,
    ledger.answered_effort,
    ledger.applied_model,
    ledger.applied_effort,
    ledger.resolved_model,
    ledger.resolved_effort,

    ledger.compliance,
    -- Only advice that was told, and could be followed, can be ignored.
    case when ledger.compliance in ('followed', 'ignored') then ledger.compliance = 'followed' end as is_followed,
    outcomes.outcome,
    coalesce(outcomes.outcome = 'failure' and outcomes.fault = 'agent', false) as is_agent_failure,
    {{ weighed('ledger.cost_usd', 'ledger.resolved_model') }} as cost_usd,
    {{ weighed('ledger.estimated_cost_usd', 'ledger.resolved_model') }} as estimated_cost_usd,
    ledger.latency_ms
from ledger
left join outcomes on ledger.task_id = outcomes.task_id
