{{
    config(
        materialized='incremental', indexes=[{'columns': ['task_id']}], post_hook='{{ end_fact_build() }}'
    )
}}
-- The first precedence that convinces decides. What was not convincing before it stays a doubt, and an outcome that
-- the doubt brings below the needed confidence is unknown: a wrong label costs more than a missing one.
with deciding as (
    select distinct on (task_id)
        task_id,
        precedence,
        verdict,
        confidence,
        evidence,
        fault
    from {{ ref('int_outcome_evidence') }}
    where verdict is not null and {{ is_changed('task_id') }}
    order by task_id, precedence
),

heard as (
    select
        deciding.task_id,
        max(
            case deciding.verdict
                when 'success' then evidence.for_failure
                when 'failure' then evidence.for_success
            end
        ) filter (where deciding.precedence > evidence.precedence) as doubt,
        -- A claim that something observed bears out is more than a claim.
        bool_and(evidence.is_self_reported) filter (where deciding.verdict = evidence.verdict) as is_self_reported
    from deciding
    inner join {{ ref('int_outcome_evidence') }} as evidence on deciding.task_id = evidence.task_id
    group by deciding.task_id
),

doubted as (
    select
        deciding.task_id,
        deciding.precedence,
        deciding.verdict,
        deciding.evidence,
        deciding.fault,
        heard.is_self_reported,
        coalesce(heard.doubt, 0) as doubt,
        deciding.confidence * (1 - coalesce(heard.doubt, 0)) as confidence
    from deciding
    inner join heard on deciding.task_id = heard.task_id
),

settled as (
    select
        tasks.task_id,
        tasks.is_time_possible,
        doubted.precedence,
        doubted.evidence,
        case
            when doubted.confidence >= {{ var('outcome_min_confidence') }} then doubted.verdict
            else 'unknown'
        end as outcome,
        coalesce(doubted.confidence, 0)::real as confidence,
        doubted.fault,
        coalesce(doubted.doubt, 0) as doubt,
        coalesce(doubted.is_self_reported, false) as is_self_reported
    from {{ ref('stg_learning__task_history') }} as tasks
    left join doubted on tasks.task_id = doubted.task_id
    where {{ is_changed('tasks.task_id') }}
)

select
    task_id,
    outcome,
    case outcome when 'success' then true when 'failure' then false end as success,
    confidence,
    -- An outcome that came out unknown keeps whose doing it was only where a rule says so (the user's, say).
    case when outcome = 'failure' or fault <> 'agent' then fault end as fault,
    evidence,
    precedence as decided_by_precedence,
    doubt,
    is_self_reported,
    is_time_possible
from settled
