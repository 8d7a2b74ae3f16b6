select count(distinct task_hash)
from learning.task_history
where embedding_model is distinct from %(embedding_model)s and task_description ~ '\S'
