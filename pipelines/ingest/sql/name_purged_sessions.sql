-- Agent runs know their session only: a project's sessions are purged by name too.
insert into learning.purges as held (session_hash, project_hash, spawned_before)
select
    learning.hashed(task.session_id),
    purge.project_hash,
    max(purge.spawned_before)
from learning.purges as purge
inner join learning.task_history as task
    on
        purge.project_hash in (learning.hashed(task.project), learning.hashed(regexp_replace(task.project, '^.*/', '')))
        and purge.spawned_before > task.created_at
where purge.session_hash is null and task.session_id is not null
group by learning.hashed(task.session_id), purge.project_hash
on conflict (session_hash, project_hash) do update
    set spawned_before = greatest(held.spawned_before, excluded.spawned_before)
