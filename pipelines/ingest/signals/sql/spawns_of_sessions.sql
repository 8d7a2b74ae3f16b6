-- A session of thousands of spawns is a program's, which gives nothing out again because of what came back.
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
where
    session_id in (
        select counted.session_id
        from learning.task_history as counted
        where counted.session_id = any(%(sessions)s)
        group by counted.session_id
        having count(*) <= 2000
    )
