-- Whole titles of whole projects: how often one recurs tells whether it is a template.
select
    task_history.id,
    task_history.project,
    task_history.session_id,
    task_history.task_title,
    '' as task_description,
    task_history.created_at,
    task_history.finished_at,
    task_history.returned_status
from learning.task_history
inner join unnest(%(projects)s::text [], %(titles)s::text []) as named (project, title)
    on task_history.project = named.project and lower(task_history.task_title) = lower(named.title)
