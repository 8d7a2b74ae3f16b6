insert into learning.purges as held (session_hash, project_hash, spawned_before)
values (learning.hashed(%(session)s), learning.hashed(%(project)s), %(before)s)
on conflict (session_hash, project_hash) do update
set spawned_before = greatest(held.spawned_before, excluded.spawned_before), purged_at = now()
