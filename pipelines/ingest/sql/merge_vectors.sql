-- A text that no row says any more, or that was purged on its way here, gets none.
insert into learning.task_embeddings as held (task_hash, embedding_model, embedding)
select distinct on (staged.task_hash) staged.task_hash, %(embedding_model)s, staged.vector
from staged_vectors as staged
where exists (select from learning.task_history as task where task.task_hash = staged.task_hash)
on conflict (task_hash) do update
set embedding_model = excluded.embedding_model, embedding = excluded.embedding
where held.embedding_model <> excluded.embedding_model
