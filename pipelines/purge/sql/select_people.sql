-- A pseudonym stands for whom it is of.
with known as (
    select
        user_name,
        host
    from learning.task_history
    union
    select
        user_name,
        host
    from learning.main_threads
)

select
    coalesce(
        (select known.user_name from known where learning.pseudonym('person', known.user_name) = %(user)s limit 1),
        %(user)s
    ) as user_name,
    coalesce(
        (select known.host from known where learning.pseudonym('machine', known.host) = %(host)s limit 1), %(host)s
    ) as host
