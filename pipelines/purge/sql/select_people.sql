-- A pseudonym stands for whom it is of.
select distinct coalesce(
    (select task.user_name from learning.task_history as task
    where learning.pseudonym('person', task.user_name) = %(user)s limit 1), %(user)s
) as user_name,
coalesce(
    (select task.host from learning.task_history as task
    where learning.pseudonym('machine', task.host) = %(host)s limit 1), %(host)s
) as host
