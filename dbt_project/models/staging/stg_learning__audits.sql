-- Of several judges of one spawn a person decides, then the surest model.
with source as (
    select * from {{ source('learning', 'audits') }}
),

ranked as (
    select
        task_id,
        judge,
        judge = 'person' as is_person,
        probability,
        observed,
        verdict,
        fault,
        confidence::double precision as confidence,
        cost_usd,
        success_probability,
        judged_at,
        row_number() over (
            partition by task_id
            order by verdict = 'unclear' asc, judge <> 'person' asc, confidence desc, judge asc
        ) = 1 as is_first
    from source
)

select
    task_id,
    judge,
    is_person,
    probability,
    observed,
    verdict,
    fault,
    confidence,
    cost_usd,
    success_probability,
    judged_at,
    is_first and verdict <> 'unclear' as is_deciding
from ranked
