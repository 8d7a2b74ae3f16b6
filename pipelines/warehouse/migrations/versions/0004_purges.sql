-- Names of what was purged are kept as hashes only: the memory of a purge is no trace of it.
create function learning.hashed(name text) returns text language sql immutable strict parallel safe
return encode(sha256(convert_to(name, 'UTF8')), 'hex');

create table learning.purges (
    purge_id bigint generated always as identity primary key,
    session_hash text,
    project_hash text,
    spawned_before timestamptz not null,
    purged_at timestamptz not null default now(),
    unique nulls not distinct (session_hash, project_hash)
);
comment on table learning.purges is
'One row per session, project or both (null is any) whose spawns before a moment were purged and are not taken in again.';

create table learning.purged_files (
    path_hash text primary key,
    size_bytes bigint not null,
    modified_at timestamptz
);
comment on table learning.purged_files is
'One row per log of which all that was read is purged: it is read again only once it has changed.';

create view learning.purged_tasks as
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
        and (purge.project_hash is null or purge.project_hash = learning.hashed(task.project));
comment on view learning.purged_tasks is 'Spawns that a purge covers; empty but within the transaction that reads them.';

-- Agent runs, and results whose call is in no log: without a row in task_history, and known by their session.
create view learning.purged_facts as
with loose as (
    select
        source,
        fact_key,
        array(select jsonb_object_keys(coalesce(facts -> 'sessions', '{}')))
        || case when starts_with(fact_key, 'agent:') then array[split_part(fact_key, ':', 2)] else '{}' end as sessions,
        coalesce(
            (facts -> 'began' ->> 1)::bigint,
            (facts -> 'returned' ->> 1)::bigint,
            (select min((message.value ->> 2)::bigint) from jsonb_each(facts -> 'messages') as message),
            (select min((ending.value ->> 1)::bigint) from jsonb_each(facts -> 'ends') as ending),
            0
        ) as seen_ms
    from learning.spawn_facts
    where not is_spawn
)

select distinct
    loose.source,
    loose.fact_key
from loose
inner join learning.purges as purge
    on
        to_timestamp(loose.seen_ms / 1000.0) < purge.spawned_before
        and (
            coalesce(purge.session_hash, purge.project_hash) is null
            or purge.session_hash in (select learning.hashed(session) from unnest(loose.sessions) as session)
        );
comment on view learning.purged_facts is 'Facts without a spawn that a purge covers.';
