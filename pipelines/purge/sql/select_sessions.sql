-- Sessions of which nothing remains.
create temp table purged_sessions on commit drop as
with conversations as (
    select
        thread.session_id,
        bool_or(purged.message_id is not null) as is_purged,
        bool_or(purged.message_id is null) as remains
    from learning.main_threads as thread
    inner join learning.main_messages as message on thread.thread_id = message.thread_id
    left join learning.purged_main_messages as purged on message.message_id = purged.message_id
    where thread.session_id <> ''
    group by thread.session_id
)

select session_id
from purged_tasks
where session_id is not null
union
select session_id from conversations
where is_purged
union
select %(session)s::text
where %(session)s::text is not null
except
(
    select task.session_id
    from learning.task_history as task
    where not exists (select from purged_tasks where purged_tasks.id = task.id)
    union
    select session_id from conversations
    where remains
)
