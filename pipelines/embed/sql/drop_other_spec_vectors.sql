delete from learning.agent_embeddings where embedding_model <> %(embedding_model)s
