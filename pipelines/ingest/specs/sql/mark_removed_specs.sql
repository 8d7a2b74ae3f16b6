update learning.agent_specs set removed_at = now(), updated_at = now()
where
    removed_at is null
    and (
        agent_name <> all(%(present)s::text [])
        or (project = '' and agent_name <> all(%(own)s::text []))
    )
    and spec_path <> all(%(unread)s::text [])
    and exists (
        select from unnest(%(folders)s::text []) as folder
        where starts_with(agent_specs.spec_path, rtrim(folder, '/') || '/')
    )
