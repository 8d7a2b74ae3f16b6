insert into learning.agent_embeddings (agent_name, embedding_model, spec_hash, spec_embedding)
select spec.agent_name, %(embedding_model)s, spec.spec_hash, embedded.vector
from unnest(%(hashes)s::text [], %(vectors)s::vector []) as embedded (spec_hash, vector)
inner join learning.agent_specs as spec on embedded.spec_hash = spec.spec_hash
on conflict (agent_name, embedding_model) do update
    set spec_hash = excluded.spec_hash, spec_embedding = excluded.spec_embedding, updated_at = now()
