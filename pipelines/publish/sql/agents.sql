select spec.agent_name, spec.declared_model, coalesce(spec.description, ''), embedding.spec_embedding
from learning.agent_specs as spec
left join learning.agent_embeddings as embedding
    on spec.agent_name = embedding.agent_name and embedding.embedding_model = %(embedding_model)s
where spec.removed_at is null
order by spec.agent_name
