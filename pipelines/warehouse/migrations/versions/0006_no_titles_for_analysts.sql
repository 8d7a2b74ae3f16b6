-- The examples of a kind are titles of tasks: a lookup shows them to whoever asks, an analyst sees the label only.
alter function learning.grant_reading_roles() rename to grant_reading_schemas;

create function learning.grant_reading_roles() returns text language plpgsql as $$
declare
    notice text := learning.grant_reading_schemas();
begin
    if notice is not null then
        return notice;
    end if;
    revoke select on serving.task_kinds from spawnwise_analyst;
    grant select (clustering_version, embedding_model, cluster_id, label, radius, size, terms)
        on serving.task_kinds to spawnwise_analyst;
    return null;
end $$;
comment on function learning.grant_reading_roles is
'Create and equip the reading roles; returns null, or what an administrator has to do first.';

-- Everybody may make temporary tables in a new database; the owner still may.
do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
exception
    when insufficient_privilege then
        raise warning 'Reading roles may make temporary tables here: only the owner of the database can forbid it.';
end $$;
