with tasks as (
    select
        tasks.*,
        probable.success_probability,
        coalesce(probable.is_audited, false) as is_audited
    from {{ ref('int_tasks') }} as tasks
    left join {{ ref('int_outcome_probabilities') }} as probable on tasks.task_id = probable.task_id
),

counted as (
    select
        source,
        coalesce(evidence, 'nothing seen') as evidence,
        outcome,
        coalesce(fault, 'nobody') as fault,
        is_self_reported,
        count(*)::integer as count_spawns,
        avg(outcome_confidence::numeric)::double precision as mean_confidence,
        avg(is_success::integer) filter (where success_probability is not null)::double precision as observed_success,
        avg(success_probability::numeric)::double precision as corrected_success,
        count(*) filter (where is_audited)::integer as count_audited
    from tasks
    group by source, coalesce(evidence, 'nothing seen'), outcome, coalesce(fault, 'nobody'), is_self_reported
)

select
    *,
    count_spawns::double precision / sum(count_spawns) over (partition by source) as share,
    coalesce(sum(count_spawns) filter (where outcome = 'unknown') over (partition by source), 0)::double precision
    / sum(count_spawns) over (partition by source) as unknown_share_of_source
from counted
