select distinct on (task_hash) task_hash, task_description
from learning.task_history
where
    embedding_model is distinct from %(embedding_model)s
    and task_description ~ '\S'
    and task_hash > %(after)s
order by task_hash
limit %(batch_size)s
