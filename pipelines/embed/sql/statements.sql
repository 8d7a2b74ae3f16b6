-- name: create_similarity_index
create index if not exists {index} on learning.task_embeddings
using hnsw ((embedding::{vector_type}) halfvec_cosine_ops)
where embedding_model = {embedding_model}

-- name: similarity_indexes
select indexname
from pg_indexes
where schemaname = 'learning' and tablename = 'task_embeddings' and indexname like 'task\_embedding\_%%'

-- name: count_vectors
select count(*), min(vector_dims(embedding))
from learning.task_embeddings
where embedding_model = %(embedding_model)s

-- name: memory_for_the_index
select set_config('maintenance_work_mem', %(kilobytes)s || 'kB', true)
