with withdrawn as (
    delete from learning.task_history
    where source = %(source)s and source_key = any(%(keys)s)
)

update learning.spawn_facts
set is_spawn = false
where source = %(source)s and fact_key = any(%(keys)s) and is_spawn
