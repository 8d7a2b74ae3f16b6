-- How likely each known outcome is a success. What a person or the program itself says stands as it is; what the rules
-- read from a log is corrected by what audits have shown of such spawns. A view: rates change after it is built.
with outcomes as (
    select * from {{ ref('int_task_outcomes') }}
    where is_time_possible and (outcome = 'success' or outcome = 'failure' and fault = 'agent')
),

tasks as (
    select * from {{ ref('stg_learning__task_history') }}
),

audits as (
    select * from {{ ref('stg_learning__audits') }}
    where is_deciding
),

rates as (
    select * from {{ source('learning', 'outcome_rates') }}
),

classed as (
    select
        outcomes.task_id,
        outcomes.success,
        tasks.agent_name,
        tasks.model,
        audits.success_probability as audited_probability,
        case
            when outcomes.decided_by_precedence < {{ var('first_log_precedence') }} then null
            when audits.observed in ('success', 'doubted', 'failure') then audits.observed
            when audits.task_id is not null then null
            when outcomes.outcome = 'failure' then 'failure'
            when outcomes.doubt > 0 then 'doubted'
            else 'success'
        end as observed
    from outcomes
    inner join tasks on outcomes.task_id = tasks.task_id
    left join audits on outcomes.task_id = audits.task_id
)

select
    classed.task_id,
    classed.success,
    classed.agent_name,
    classed.model,
    classed.observed,
    coalesce(
        classed.audited_probability,
        1 - rates.share_bad,
        classed.success::integer::double precision
    ) as success_probability,
    classed.audited_probability is not null as is_audited,
    coalesce(classed.audited_probability, rates.share_bad) is not null as is_corrected,
    case when classed.audited_probability is null then rates.effective_limit end as effective_limit
from classed
left join rates
    on
        classed.agent_name = rates.agent_name
        and classed.model = rates.model
        and classed.observed = rates.observed
