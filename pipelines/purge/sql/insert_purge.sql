-- One row for each name that the project goes by; one of no project where none is named.
insert into learning.purges as held (session_hash, project_hash, user_hash, host_hash, spawned_before)
select
    learning.hashed(%(session)s),
    learning.hashed(named.project),
    learning.hashed(%(user)s),
    learning.hashed(%(host)s),
    %(before)s
from unnest(coalesce(nullif(%(projects)s::text [], '{}'), array[null::text])) as named (project)
on conflict (session_hash, project_hash, user_hash, host_hash) do update
set spawned_before = greatest(held.spawned_before, excluded.spawned_before), purged_at = now()
