read_spawns as (
    select * from staged_tasks where id = any(%(tasks)s::uuid [])
),

read_signals as (
    select * from staged_signals
)
