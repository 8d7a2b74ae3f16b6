read_spawns as (
    select * from learning.task_history where id = any(%(tasks)s::uuid [])
),

read_signals as (
    select signals.*
    from learning.outcome_signals as signals
    inner join read_spawns on signals.task_id = read_spawns.id
)
