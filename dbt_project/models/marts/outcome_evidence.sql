with counted as (
    select
        source,
        coalesce(evidence, 'nothing seen') as evidence,
        outcome,
        coalesce(fault, 'nobody') as fault,
        is_self_reported,
        count(*)::integer as count_spawns,
        avg(outcome_confidence::numeric)::double precision as mean_confidence
    from {{ ref('int_tasks') }}
    group by source, coalesce(evidence, 'nothing seen'), outcome, coalesce(fault, 'nobody'), is_self_reported
)

select
    *,
    count_spawns::double precision / sum(count_spawns) over (partition by source) as share,
    coalesce(sum(count_spawns) filter (where outcome = 'unknown') over (partition by source), 0)::double precision
    / sum(count_spawns) over (partition by source) as unknown_share_of_source
from counted
