select count(*) from learning.task_history
