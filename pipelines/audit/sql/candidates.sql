-- Spawns that may be drawn: whose logs are read, that worked on a known model, and what the rules say of them.
select
    tasks.id,
    tasks.agent_used,
    tasks.model_used,
    case
        when outcomes.outcome = 'success' and outcomes.doubt > 0 then 'doubted'
        when outcomes.outcome = 'success' then 'success'
        when outcomes.outcome = 'failure' and outcomes.fault = 'agent' then 'failure'
        when outcomes.outcome = 'failure' then 'excused'
        else 'unknown'
    end as observed,
    coalesce(tasks.cost_usd, 0)::double precision as cost_usd,
    coalesce(audits.observed, '') as observed_when_drawn,
    audits.task_id is not null as is_audited
from learning.task_history as tasks
inner join intermediate.int_task_outcomes as outcomes on tasks.id = outcomes.task_id
left join (
    select
        task_id,
        min(observed) as observed
    from learning.audits
    where judge = %(judge)s or judge = 'person'
    group by task_id
) as audits on tasks.id = audits.task_id
where
    tasks.source = 'claude-code'
    and tasks.task_description <> ''
    and tasks.model_used is not null
    and tasks.returned_status is distinct from 'remote_launched'
    and outcomes.is_time_possible
    and outcomes.decided_by_precedence is not null
    -- A person or the program has said how it went, or it never ended: there is nothing to look at.
    and outcomes.decided_by_precedence >= %(first_log_precedence)s
    and coalesce(outcomes.evidence, '') not in ('no_result', 'launch_failed', 'user_rejected', 'user_interrupted')
order by tasks.id
