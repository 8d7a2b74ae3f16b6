alter table learning.agent_specs
    add column project text not null default '',
    add column tools text [];
comment on column learning.agent_specs.project is
'Folder whose agent it is: it works there and below. Empty for the user''s own, which work anywhere.';
comment on column learning.agent_specs.tools is 'The tools that it may use; null where it may use all.';

-- Until its folder is read again, no spec speaks beyond the folder that it was found in.
update learning.agent_specs
set project = case
    when spec_path ~ '[/\\]\.claude[/\\]' then regexp_replace(spec_path, '^(.*)[/\\]\.claude[/\\].*$', '\1')
    else regexp_replace(spec_path, '[/\\][^/\\]*$', '')
end;

create or replace view serving.agent_directory as
select
    spec.agent_name,
    spec.declared_model,
    coalesce(spec.description, '') as description,
    embedding.embedding_model,
    embedding.spec_embedding::real [] as spec_vector,
    spec.project,
    spec.tools
from learning.agent_specs as spec
left join learning.agent_embeddings as embedding on spec.agent_name = embedding.agent_name
where spec.removed_at is null;
