alter table learning.task_history
add column repository text,
add column user_name text,
add column host text;
comment on column learning.task_history.project is 'Folder that the spawn worked in: its whole path.';
comment on column learning.task_history.repository is
'Repository of that folder, as host/owner/name: from the log, else from the folder where it is on the reading machine.';
comment on column learning.task_history.user_name is
'Who ran the orchestrator: from the log, else SPAWNWISE_USER, the home that the folder lies in, or the log''s owner.';
comment on column learning.task_history.host is 'The machine: from the log, else SPAWNWISE_HOST or the one that read it.';

-- What was read before: the home says whose it is, as it does of what is read from now on.
update learning.task_history
set user_name = substring(project from '^(?:[A-Za-z]:)?/(?:home|Users|export/home)/([^/]+)')
where
    project ~ '^(?:[A-Za-z]:)?/(?:home|Users|export/home)/[^/]+'
    and lower(substring(project from '^(?:[A-Za-z]:)?/(?:home|Users|export/home)/([^/]+)'))
    not in ('shared', 'public', 'default', 'all users');

-- People and machines under names that tell nobody who they are: the same name everywhere in one warehouse only.
create table learning.pseudonym_salt (
    is_only boolean primary key default true check (is_only),
    salt text not null default gen_random_uuid()::text
);
insert into learning.pseudonym_salt default values;
comment on table learning.pseudonym_salt is 'One row: what keeps pseudonyms from being found out by trying names.';

create function learning.pseudonym(kind text, name text) returns text language sql stable strict parallel safe as $$
select kind || '-' || left(encode(sha256(convert_to(salt || lower(name), 'UTF8')), 'hex'), 6)
from learning.pseudonym_salt
$$;
comment on function learning.pseudonym is 'A name that tells nobody who is meant: person-3f09ab.';

create function learning.without_people(place text, person text) returns text language sql stable as $$
with parts as (
    select part, number, lag(part) over (order by number) as above
    from unnest(string_to_array(place, '/')) with ordinality as split (part, number)
)
select string_agg(
    case
        when part = person or part <> '' and above in ('home', 'Users') and number <= 5
            then learning.pseudonym('person', part)
        else part
    end,
    '/' order by number
)
from parts
$$;
comment on function learning.without_people is 'A path or a repository with pseudonyms for the people whose names are in it.';

-- A purge may name a person or a machine; a project is purged by its whole path or repository. What was purged by the
-- last part of a path before stays purged by it.
alter table learning.purges
add column user_hash text,
add column host_hash text,
add column is_by_last_part boolean not null default false,
drop constraint purges_session_hash_project_hash_key,
add unique nulls not distinct (session_hash, project_hash, user_hash, host_hash);
update learning.purges set is_by_last_part = true where project_hash is not null;
comment on column learning.purges.is_by_last_part is 'Purged by an earlier version, for which a project was its last part.';

create function learning.is_purged_place(
    purge learning.purges, project text, repository text, user_name text, host text
) returns boolean language sql immutable as $$
select
    (purge.project_hash is null or coalesce(
        purge.project_hash in (learning.hashed(project), learning.hashed(repository))
        or purge.is_by_last_part and purge.project_hash = learning.hashed(regexp_replace(project, '^.*/', '')), false
    ))
    and (purge.user_hash is null or coalesce(purge.user_hash = learning.hashed(user_name), false))
    and (purge.host_hash is null or coalesce(purge.host_hash = learning.hashed(host), false))
$$;
comment on function learning.is_purged_place is 'Whether a purge names this project, person and machine, or any.';

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
        and learning.is_purged_place(purge, task.project, task.repository, task.user_name, task.host);

create or replace view learning.purged_facts as
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
            coalesce(purge.session_hash, purge.project_hash, purge.user_hash, purge.host_hash) is null
            or purge.session_hash in (select learning.hashed(session) from unnest(loose.sessions) as session)
        );
