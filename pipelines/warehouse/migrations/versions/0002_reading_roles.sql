-- Two roles that may only read: analysts the marts and the serving tables, lookups the serving tables.

create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists marts;
create schema if not exists serving;

comment on schema learning is 'What the nightly run read and learned; owned by the migrations.';
comment on schema staging is 'dbt: the learning tables renamed and typed, without vectors.';
comment on schema intermediate is 'dbt: outcomes, counts and prices, between staging and marts.';
comment on schema marts is 'dbt: the tables for analysts.';
comment on schema serving is 'dbt: the tables that the recommender reads.';

-- Roles belong to the whole server, so another database may have made them already, and this role may not be allowed
-- to make any: then the grants wait until somebody has, and calls this again.
create function learning.grant_reading_roles() returns text language plpgsql as $$
declare
    reader text;
begin
    foreach reader in array array['spawnwise_analyst', 'spawnwise_lookup'] loop
        if not exists (select from pg_roles where rolname = reader) then
            begin
                execute format('create role %I nologin', reader);
            exception
                when insufficient_privilege then
                    return format(
                        'This user may not create the role %s. Ask an administrator to run: create role '
                        'spawnwise_analyst nologin; create role spawnwise_lookup nologin; then run as this user: '
                        'select learning.grant_reading_roles();', reader
                    );
                when duplicate_object or unique_violation then
                    null; -- another database of this server was faster
            end;
        end if;
    end loop;

    grant usage on schema marts to spawnwise_analyst;
    grant usage on schema serving to spawnwise_analyst, spawnwise_lookup;
    grant select on all tables in schema marts to spawnwise_analyst;
    grant select on all tables in schema serving to spawnwise_analyst, spawnwise_lookup;
    -- dbt replaces every table every night: the default carries the grant over to the new one.
    alter default privileges in schema marts grant select on tables to spawnwise_analyst;
    alter default privileges in schema serving grant select on tables to spawnwise_analyst, spawnwise_lookup;
    return null;
end $$;
comment on function learning.grant_reading_roles is
'Create and equip the reading roles; returns null, or what an administrator has to do first.';
