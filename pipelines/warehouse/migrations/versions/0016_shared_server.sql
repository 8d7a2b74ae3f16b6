-- Locks of ours: an advisory lock may be taken by anyone who may connect, these by nobody but the owner.
create schema control;
comment on schema control is 'Locks, and which roles read: nobody but the owner may look into it.';
create table control.run_lock (held boolean);
create table control.ingest_lock (held boolean);
create table control.journal_lock (held boolean);
comment on table control.run_lock is 'Never holds a row: locked by the learning run, so that there is one at a time.';
comment on table control.ingest_lock is 'Never holds a row: locked while facts are read, joined and written back.';
comment on table control.journal_lock is 'Never holds a row: locked while the journal is loaded.';

-- Roles belong to the whole server: a reader of one database must not become a reader of the next.
create table control.reading_roles (
    kind text primary key check (kind in ('analyst', 'lookup')),
    role_name name not null
);
comment on table control.reading_roles is 'One row per kind of reader: the role that it has in this database.';
comment on column control.reading_roles.role_name is
'spawnwise_<kind>, with the database''s name behind it where another database of the server uses that.';

create function learning.reading_role(reader_kind text) returns name stable language sql as $$
    select role_name from control.reading_roles where kind = reader_kind
$$;
comment on function learning.reading_role is 'Return the role of a kind of reader (analyst, lookup) in this database.';

drop function learning.grant_reading_roles();
drop function learning.grant_reading_tables();
drop function learning.grant_reading_schemas();

create function learning.grant_reading_roles() returns text language plpgsql as $$
declare
    reader record;
    analyst name;
    lookup name;
begin
    insert into control.reading_roles (kind, role_name)
    select
        kinds.kind,
        case
            when exists (
                select from pg_shdepend as used
                inner join pg_roles as roles on used.refobjid = roles.oid and used.refclassid = 'pg_authid'::regclass
                where
                    roles.rolname = 'spawnwise_' || kinds.kind
                    and used.dbid not in (0, (select oid from pg_database where datname = current_database()))
            ) then left('spawnwise_' || kinds.kind || '_' || current_database(), 63)
            else 'spawnwise_' || kinds.kind
        end
    from (values ('analyst'), ('lookup')) as kinds (kind)
    on conflict do nothing;

    for reader in select role_name from control.reading_roles order by kind loop
        if not exists (select from pg_roles where rolname = reader.role_name) then
            begin
                execute format('create role %I nologin', reader.role_name);
            exception
                when insufficient_privilege then
                    return format(
                        'This user may not create the role %s. Have an administrator run what `spawnwise roles '
                        '--print` prints, then run `spawnwise roles`.', reader.role_name
                    );
                when duplicate_object or unique_violation then
                    null; -- another command was faster
            end;
        end if;
    end loop;

    analyst := learning.reading_role('analyst');
    lookup := learning.reading_role('lookup');
    execute format('grant usage on schema marts to %I', analyst);
    execute format('grant usage on schema serving to %I, %I', analyst, lookup);
    execute format('grant select on all tables in schema marts to %I', analyst);
    execute format('grant select on all tables in schema serving to %I, %I', analyst, lookup);
    -- dbt replaces every table every night: the default carries the grant over to the new one.
    execute format('alter default privileges in schema marts grant select on tables to %I', analyst);
    execute format('alter default privileges in schema serving grant select on tables to %I, %I', analyst, lookup);
    -- The examples of a kind are titles of tasks, and a lookup alone needs what is taken out of vectors.
    execute format('revoke select on serving.task_kinds, serving.project_directions from %I', analyst);
    execute format(
        'grant select (clustering_version, embedding_model, cluster_id, label, radius, size, terms, work_type) '
        'on serving.task_kinds to %I', analyst
    );
    return null;
end $$;
comment on function learning.grant_reading_roles is
'Create and equip the reading roles; returns null, or what an administrator has to do first.';

-- What an earlier version granted to the roles of the whole server, where these are another database's now.
do $$
declare
    old record;
begin
    perform learning.grant_reading_roles();
    for old in
        select 'spawnwise_' || kind as role_name from control.reading_roles
        where role_name <> 'spawnwise_' || kind and exists (select from pg_roles where rolname = 'spawnwise_' || kind)
    loop
        execute format('revoke all on all tables in schema marts, serving from %I', old.role_name);
        execute format('revoke all on schema marts, serving from %I', old.role_name);
        execute format('alter default privileges in schema marts revoke select on tables from %I', old.role_name);
        execute format('alter default privileges in schema serving revoke select on tables from %I', old.role_name);
        raise warning 'Readers of this database have roles of their own now (select * from control.reading_roles): '
            'grant these to who had %.', old.role_name;
    end loop;
end $$;

-- Large objects belong to whoever writes one: without these, a reader cannot fill the disk. Where this user may not
-- revoke them, an administrator does, with what `spawnwise roles --print` prints.
create function learning.large_object_functions() returns setof regprocedure stable language sql as $$
    select oid::regprocedure from pg_proc
    where
        pronamespace = 'pg_catalog'::regnamespace
        and proname in (
            'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_put', 'lo_truncate', 'lo_truncate64', 'lo_unlink',
            'lowrite'
        )
    order by 1
$$;
comment on function learning.large_object_functions is 'Return the functions that write large objects.';

do $$
declare
    writer regprocedure;
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        for writer in select learning.large_object_functions() loop
            execute format('revoke execute on function %s from public', writer);
        end loop;
    end if;
end $$;
