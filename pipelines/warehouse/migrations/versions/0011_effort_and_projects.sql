alter table learning.task_history
add column effort_requested text,
add column effort_used text;
comment on column learning.task_history.effort_requested is
'The effort that the call, or a hook in its place, asked for; null where none was named.';
comment on column learning.task_history.effort_used is
'The effort of most of the agent''s messages, else of its last request; null where no log tells.';
comment on column learning.task_history.model_source is
'Where the model was seen: observed (in messages or requests), result, described (beside the agent''s log), requested,
built_in, parent or unknown.';

-- A project is its whole path now; a person may still name it by the last part.
create or replace view learning.purged_tasks as
select distinct
    task.id,
    task.source,
    task.source_key,
    task.session_id,
    task.agent_run_id,
    task.task_hash
from learning.task_history as task
inner join learning.purges as purge
    on
        task.created_at < purge.spawned_before
        and (purge.session_hash is null or purge.session_hash = learning.hashed(task.session_id))
        and (purge.project_hash is null or purge.project_hash in (
            learning.hashed(task.project), learning.hashed(regexp_replace(task.project, '^.*/', ''))
        ));
