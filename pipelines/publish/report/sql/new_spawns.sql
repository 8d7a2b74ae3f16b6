select
    count(*)::integer as count_spawns,
    (count(*) filter (where success))::integer as count_successes,
    (count(*) filter (where not success))::integer as count_failures,
    (count(*) filter (where success is null))::integer as count_unknown,
    sum(cost_usd) as cost_usd
from learning.task_history
where first_seen_at > coalesce(%(since)s, '-infinity'::timestamptz)
