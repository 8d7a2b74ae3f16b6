-- Sessions of which nothing remains.
create temp table purged_sessions on commit drop as
select session_id
from purged_tasks
where session_id is not null
union
select %(session)s::text
where %(session)s::text is not null
except
select task.session_id
from learning.task_history as task
where not exists (select from purged_tasks where purged_tasks.id = task.id)
