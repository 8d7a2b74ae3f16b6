-- Agent runs know their session only: the sessions of a project, a person or a machine are purged by name too.
insert into learning.purges as held (session_hash, project_hash, user_hash, host_hash, spawned_before)
select
    learning.hashed(task.session_id),
    purge.project_hash,
    purge.user_hash,
    purge.host_hash,
    max(purge.spawned_before)
from learning.purges as purge
inner join learning.task_history as task
    on
        purge.spawned_before > task.created_at
        and learning.is_purged_place(purge, task.project, task.repository, task.user_name, task.host)
where
    purge.session_hash is null
    and task.session_id is not null
    and coalesce(purge.project_hash, purge.user_hash, purge.host_hash) is not null
group by learning.hashed(task.session_id), purge.project_hash, purge.user_hash, purge.host_hash
on conflict (session_hash, project_hash, user_hash, host_hash) do update
    set spawned_before = greatest(held.spawned_before, excluded.spawned_before)
