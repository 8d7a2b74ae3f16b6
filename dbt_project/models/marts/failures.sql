-- A spawn fails by one fault; its cause is the heaviest of the signs that decided so.
with failures as (
    select
        *,
        coalesce(nullif(split_part(evidence, ',', 1), ''), 'unknown') as cause
    from {{ ref('int_tasks') }}
    where outcome = 'failure'
),

rules as (
    select
        signal as cause,
        note as cause_meaning
    from {{ ref('outcome_rules') }}
),

counted as (
    select
        spawned_on,
        {{ dimensions() }},
        coalesce(fault, 'unknown') as fault,
        cause,
        {{ measures(['count_spawns', 'cost_usd', 'estimated_cost_usd', 'count_cost_known']) }}
    from failures
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)

select
    counted.*,
    rules.cause_meaning
from counted
left join rules on counted.cause = rules.cause
