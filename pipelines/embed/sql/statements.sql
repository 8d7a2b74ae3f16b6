-- name: create_similarity_index
create index {index} on learning.task_embeddings
using ivfflat ((embedding::{vector_type}) halfvec_cosine_ops) with (lists = {lists})
where embedding_model = {embedding_model}

-- name: similarity_indexes
select
    class.relname,
    coalesce((select option_value::integer from pg_options_to_table(class.reloptions) where option_name = 'lists'), 0)
from pg_index as held
inner join pg_class as class on held.indexrelid = class.oid
where held.indrelid = 'learning.task_embeddings'::regclass and class.relname like 'task\_embedding\_%%'

-- name: count_vectors
select count(*), min(vector_dims(embedding))
from learning.task_embeddings
where embedding_model = %(embedding_model)s

-- name: memory_for_the_index
select set_config('maintenance_work_mem', %(kilobytes)s || 'kB', true)
