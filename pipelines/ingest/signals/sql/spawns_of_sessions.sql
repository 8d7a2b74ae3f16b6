select
    id,
    project,
    session_id,
    task_title,
    task_description,
    created_at,
    finished_at,
    returned_status
from learning.task_history
where session_id = any(%(sessions)s)
