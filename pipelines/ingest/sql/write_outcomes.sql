with outcome_rules as (
    select * from jsonb_to_recordset(%(rules)s) as rules (
        signal text,
        says text,
        fault text,
        weight double precision,
        precedence integer,
        is_self_reported boolean
    )
),

read_spawns as (
    select * from learning.task_history where id = any(%(tasks)s)
),

read_signals as (
    select signals.*
    from learning.outcome_signals as signals
    inner join read_spawns on signals.task_id = read_spawns.id
),

/* models */

update learning.task_history
set
    success = outcome.success,
    outcome_confidence = outcome.confidence,
    outcome_evidence = outcome.evidence,
    fault = outcome.fault,
    updated_at = now()
from int_task_outcomes as outcome
where
    task_history.id = outcome.task_id
    and (
        task_history.success, task_history.outcome_confidence, task_history.outcome_evidence, task_history.fault
    ) is distinct from (outcome.success, outcome.confidence::real, outcome.evidence, outcome.fault)
