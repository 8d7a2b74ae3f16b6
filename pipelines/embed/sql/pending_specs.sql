select distinct on (spec.spec_hash) spec.spec_hash, spec.spec_text
from learning.agent_specs as spec
left join learning.agent_embeddings as embedding
    on spec.agent_name = embedding.agent_name and embedding.embedding_model = %(embedding_model)s
where
    spec.removed_at is null
    and spec.spec_text ~ '\S'
    and embedding.spec_hash is distinct from spec.spec_hash
    and spec.spec_hash > %(after)s
order by spec.spec_hash
limit %(batch_size)s
