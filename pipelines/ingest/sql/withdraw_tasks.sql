delete from learning.task_history where id = any(%(tasks)s)
