-- The size of the vectors that an earlier batch or run has stored.
(select vector_dims(embedding) from learning.task_embeddings where embedding_model = %(embedding_model)s limit 1)
union all
(select vector_dims(spec_embedding) from learning.agent_embeddings where embedding_model = %(embedding_model)s limit 1)
limit 1
