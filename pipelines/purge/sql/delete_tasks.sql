delete from learning.task_history
where id in (select id from purged_tasks)
