-- name: add
-- What a task's kind depends on: its text, who was asked, and where.
create function learning.task_key(task_hash text, agent_used text, project text) returns bigint
language sql immutable parallel safe
return hashtextextended(task_hash || E'\x1f' || agent_used || E'\x1f' || coalesce(project, ''), 0);

alter table learning.cluster_assignments
add column task_key bigint,
-- (clustering_version, cluster_id) refers to the version as well, by way of the cluster.
drop constraint cluster_assignments_clustering_version_fkey;
comment on column learning.cluster_assignments.task_key is
'The text, agent and project by which the task was assigned, as one number (learning.task_key).';

update learning.cluster_assignments
set task_key = learning.task_key(task.task_hash, task.agent_used, task.project)
from learning.task_history as task
where cluster_assignments.task_id = task.id;

-- name: find_relatives
-- Most spawns have no parent and many no agent: these are in no list that waits to be sorted in, which each search reads.
drop index learning.spawn_facts_agents, learning.spawn_facts_parents;
create index spawn_facts_agents on learning.spawn_facts using gin (agent_keys) with (fastupdate = off)
where agent_keys <> '{}';
create index spawn_facts_parents on learning.spawn_facts using gin (parent_keys) with (fastupdate = off)
where parent_keys <> '{}';

-- name: follow_changes
-- How far the tables of facts, which have rows for each spawn, have followed what is written of spawns: up to the
-- transaction `changed_from`, as `built_by` has them, in the files of `places`. While they are built, what follows is in
-- the `next_` columns.
create table learning.fact_builds (
    is_only boolean primary key default true check (is_only),
    built_by text not null default '',
    changed_from bigint not null default 0,
    places text not null default '',
    next_built_by text not null default '',
    next_changed_from bigint not null default 0,
    is_full boolean not null default true,
    built text [] not null default '{}'
);
comment on table learning.fact_builds is 'One row: how far the tables of facts have followed the changes. dbt keeps it.';

-- Where tables lie: in another file once they are emptied or made again.
create function learning.places_of(tables text []) returns text
language sql stable
return (
    select string_agg(coalesce(pg_relation_filenode(to_regclass(name))::text, '-'), ' ' order by name)
    from unnest(tables) as named (name)
);

-- Tables that were built by another project, settings or clustering, on another server, or that somebody has emptied,
-- are built whole.
create function learning.begin_fact_build(by_what text, is_forced boolean, tables text []) returns void
language sql
begin atomic
insert into learning.fact_builds default values on conflict do nothing;
update learning.fact_builds
set
    next_built_by = by_what || ' ' || newest.version,
    next_changed_from = pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    is_full = is_forced
        or built_by <> by_what || ' ' || newest.version
        or places <> learning.places_of(tables)
        or changed_from not between pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1000000000
        and pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
    built = '{}'
from (select coalesce(max(clustering_version), 0) as version from learning.clusterings) as newest;
end;

create function learning.end_fact_build(made text, tables text []) returns void
language sql
begin atomic
update learning.fact_builds set built = array_append(array_remove(built, made), made);
update learning.fact_builds
set built_by = next_built_by, changed_from = next_changed_from, places = learning.places_of(tables)
where built @> tables;
end;

-- A sign that is taken back is a change of its spawn, of which no row is left to tell.
create function learning.mark_changed_tasks() returns trigger
language plpgsql as $$
begin
    update learning.task_history set updated_at = updated_at where id in (select task_id from gone);
    return null;
end $$;
create trigger outcome_signals_deleted after delete on learning.outcome_signals
referencing old table as gone for each statement execute function learning.mark_changed_tasks();

-- name: take_away
drop index learning.spawn_facts_agents, learning.spawn_facts_parents;
create index spawn_facts_agents on learning.spawn_facts using gin (agent_keys);
create index spawn_facts_parents on learning.spawn_facts using gin (parent_keys);
drop trigger outcome_signals_deleted on learning.outcome_signals;
drop function learning.mark_changed_tasks;
drop function learning.end_fact_build;
drop function learning.begin_fact_build;
drop function learning.places_of;
drop table learning.fact_builds;
alter table learning.cluster_assignments
drop column task_key,
add foreign key (clustering_version) references learning.clusterings on delete cascade;
drop function learning.task_key;
