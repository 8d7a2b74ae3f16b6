create temp table purged_tasks on commit drop as
select
    task.id,
    task.source,
    task.source_key,
    task.call_id,
    task.session_id,
    task.agent_run_id,
    task.task_hash,
    task.task_title
from learning.task_history as task
inner join learning.purged_tasks as purged on task.id = purged.id
