insert into learning.agent_specs as held
(agent_name, spec_path, description, declared_model, spec_text, spec_hash, project, tools)
values (
    %(agent_name)s,
    %(spec_path)s,
    %(description)s,
    %(declared_model)s,
    %(spec_text)s,
    %(spec_hash)s,
    %(project)s,
    %(tools)s
)
on conflict (agent_name) do update set
    spec_path = excluded.spec_path,
    description = excluded.description,
    declared_model = excluded.declared_model,
    spec_text = excluded.spec_text,
    spec_hash = excluded.spec_hash,
    project = excluded.project,
    tools = excluded.tools,
    updated_at = now(),
    removed_at = null
where
    held.removed_at is not null
    -- A repository's spec never takes the place of the user's own.
    or (held.project <> '' or excluded.project = '')
    and (held.spec_hash, held.spec_path, held.description, held.declared_model, held.project, held.tools)
    is distinct from (
        excluded.spec_hash,
        excluded.spec_path,
        excluded.description,
        excluded.declared_model,
        excluded.project,
        excluded.tools
    )
-- xmax is 0 in a row that this statement inserted.
returning case when xmax = 0 then 'added' else 'changed' end
