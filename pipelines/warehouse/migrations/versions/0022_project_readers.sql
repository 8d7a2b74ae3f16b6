alter table control.reading_roles
drop constraint reading_roles_kind_check,
add check (kind in ('analyst', 'lookup', 'member'));

create table control.project_readers (
    role_name name not null,
    project text not null,
    primary key (role_name, project)
);
comment on table control.project_readers is
'One row per role, a person''s or a group''s, and project whose rows it may see; `spawnwise roles --allow` writes them.';
comment on column control.project_readers.project is 'As the marts show it: the repository, else the whole path.';

-- Whoever asks learns of their own projects alone.
create view serving.my_projects with (security_barrier) as
select distinct reader.project
from control.project_readers as reader
inner join pg_roles as roles on reader.role_name = roles.rolname
where pg_has_role(current_user, roles.oid, 'usage');
comment on view serving.my_projects is 'The projects whose rows the one who asks may see, as a member.';

-- A mart of projects shows its members theirs. Others with a right to read it, such as analysts, see it whole; a role
-- that is a member too sees no more than a member. The owner, who fills it, is held to nothing.
create function learning.guard_rows(mart regclass) returns void language plpgsql as $$
declare
    member name := learning.reading_role('member');
    is_of_projects boolean := exists (
        select from pg_attribute where attrelid = mart and attname = 'project' and not attisdropped
    );
begin
    if not exists (select from pg_roles where rolname = member) then
        return; -- nobody can be one yet; `grant_reading_roles` comes back to each mart
    end if;
    -- One that was filled in place is guarded already: to alter it would wait for the reader who has it open.
    if is_of_projects and not (select relrowsecurity from pg_class where oid = mart) then
        execute format('alter table %s enable row level security', mart);
        execute format('create policy readers on %s for select using (true)', mart);
        execute format(
            'create policy members on %s as restrictive for select to %I '
            'using (project in (select project from serving.my_projects))', mart, member
        );
    end if;
    if not has_table_privilege(member, mart, 'select') then
        execute format('grant select on %s to %I', mart, member);
    end if;
end $$;
comment on function learning.guard_rows is
'Let members read a mart, of one with projects only the rows of theirs. dbt calls it for each mart that they may read.';

create or replace function learning.grant_reading_roles() returns text language plpgsql as $$
declare
    reader record;
    mart record;
    analyst name;
    lookup name;
    member name;
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
    from (values ('analyst'), ('lookup'), ('member')) as kinds (kind)
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
    member := learning.reading_role('member');
    execute format('grant usage on schema marts to %I, %I', analyst, member);
    execute format('grant usage on schema serving to %I, %I, %I', analyst, lookup, member);
    execute format('grant select on all tables in schema marts to %I', analyst);
    execute format('grant select on all tables in schema serving to %I, %I', analyst, lookup);
    execute format('grant select on serving.my_projects to %I', member);
    -- dbt replaces every table every night: the default carries the grant over to the new one. Members have none: what
    -- is not guarded they cannot read.
    execute format('alter default privileges in schema marts grant select on tables to %I', analyst);
    execute format('alter default privileges in schema serving grant select on tables to %I, %I', analyst, lookup);
    -- The examples of a kind are titles of tasks, and a lookup alone needs what is taken out of vectors.
    execute format('revoke select on serving.task_kinds, serving.project_directions from %I', analyst);
    execute format(
        'grant select (clustering_version, embedding_model, cluster_id, label, radius, size, terms, work_type) '
        'on serving.task_kinds to %I', analyst
    );
    for mart in
        select relation.oid::regclass as name
        from pg_class as relation
        inner join pg_attribute as held on relation.oid = held.attrelid and held.attname = 'project'
        where
            relation.relnamespace = 'marts'::regnamespace
            and relation.relkind = 'r'
            and not held.attisdropped
            and not relation.relrowsecurity
    loop
        perform learning.guard_rows(mart.name);
    end loop;
    return null;
end $$;
