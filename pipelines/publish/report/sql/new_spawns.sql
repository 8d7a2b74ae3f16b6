select
    count(*)::integer as count_spawns,
    (count(*) filter (where task_history.success))::integer as count_successes,
    (count(*) filter (where not task_history.success))::integer as count_failures,
    (count(*) filter (where task_history.success is null))::integer as count_unknown,
    sum(cost_usd) as cost_usd,
    sum(estimated_cost_usd) filter (where cost_usd is not null) as estimated_cost_usd
from learning.task_history
left join intermediate.int_task_outcomes as outcome on task_history.id = outcome.task_id
where
    coalesce(outcome.is_time_possible, true)
    and first_seen_at > coalesce(%(since)s, '-infinity'::timestamptz)
