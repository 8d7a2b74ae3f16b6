-- What became of each decision. The rule stands in the view learning.decision_ledger; `spawnwise stats` reads it too.
with ledger as (
    select * from {{ source('learning', 'decision_ledger') }}
),

outcomes as (
    select * from {{ ref('int_task_outcomes') }}
),

spawns as (
    select * from {{ ref('stg_learning__task_history') }}
),

-- A decision names its session and no place: the session's stands in where no log of the spawn has been read.
sessions as (
    select
        session_id,
        min(project_path) as project_path,
        min(repository) as repository,
        min(user_name) as user_name,
        min(host) as host
    from {{ ref('stg_learning__main_threads') }}
    where session_id is not null
    group by session_id
    having count(*) = 1
),

projects as (
    select * from {{ ref('int_projects') }}
),

placed as (
    select
        ledger.*,
        case when ledger.task_id is null then sessions.project_path else spawns.project_path end as project_path,
        case when ledger.task_id is null then sessions.repository else spawns.repository end as repository,
        case when ledger.task_id is null then sessions.user_name else spawns.user_name end as user_name,
        case when ledger.task_id is null then sessions.host else spawns.host end as host
    from ledger
    left join spawns on ledger.task_id = spawns.task_id
    left join sessions on ledger.session_id = sessions.session_id
)

select
    ledger.decision_id::text as decision_id,
    ledger.decided_at,
    (date_trunc('week', ledger.decided_at at time zone 'UTC'))::date as decided_in_week,
    ledger.mode,
    {{ project_of('ledger') }} as project,
    coalesce(ledger.user_name, 'unknown') as user_name,
    coalesce(ledger.host, 'unknown') as host,
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
from placed as ledger
left join projects on ledger.project_path = projects.project_path
left join outcomes on ledger.task_id = outcomes.task_id
