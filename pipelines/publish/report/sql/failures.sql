select
    date_trunc(%(period)s, spawned_on)::date as period,
    project,
    user_name,
    agent_name,
    model,
    fault,
    cause,
    coalesce(cause_meaning, cause) as cause_meaning,
    sum(count_spawns)::integer as count_spawns
from marts.failures
group by 1, 2, 3, 4, 5, 6, 7, 8
order by 1, 2, 3, 4, 5, 6, 7
