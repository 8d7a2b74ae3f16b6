select id from learning.task_history where id = any(%(tasks)s::uuid [])
