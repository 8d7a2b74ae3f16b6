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
    where verdict is not null
    order by task_id, precedence
),

doubts as (
    select
        deciding.task_id,
        max(
            case deciding.verdict
                when 'success' then evidence.for_failure
                when 'failure' then evidence.for_success
            end
        ) as doubt
    from deciding
    inner join {{ ref('int_outcome_evidence') }} as evidence
        on deciding.task_id = evidence.task_id and deciding.precedence > evidence.precedence
    group by deciding.task_id
),

doubted as (
    select
        deciding.task_id,
        deciding.precedence,
        deciding.verdict,
        deciding.evidence,
        deciding.fault,
        deciding.confidence * (1 - coalesce(doubts.doubt, 0)) as confidence
    from deciding
    left join doubts on deciding.task_id = doubts.task_id
),

settled as (
    select
        tasks.task_id,
        doubted.precedence,
        doubted.evidence,
        case
            when doubted.confidence >= {{ var('outcome_min_confidence') }} then doubted.verdict
            else 'unknown'
        end as outcome,
        coalesce(doubted.confidence, 0)::real as confidence,
        doubted.fault
    from {{ ref('stg_learning__task_history') }} as tasks
    left join doubted on tasks.task_id = doubted.task_id
)

select
    task_id,
    outcome,
    case outcome when 'success' then true when 'failure' then false end as success,
    confidence,
    -- An outcome that came out unknown keeps whose doing it was only where a rule says so (the user's, say).
    case when outcome = 'failure' or fault <> 'agent' then fault end as fault,
    evidence,
    precedence as decided_by_precedence
from settled
