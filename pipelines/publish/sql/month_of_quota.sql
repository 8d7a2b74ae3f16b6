-- What was used in the last 30 days of work, which need not be the last 30 of the calendar, weighed by model.
select sum(cost_usd * coalesce((%(weights)s::jsonb ->> model_used)::double precision, 1))
from learning.task_history
where
    created_at > (
        select max(created_at) - interval '30 days'
        from learning.task_history
        where created_at <= now() + interval '1 day'
    )
    and created_at <= now() + interval '1 day'
