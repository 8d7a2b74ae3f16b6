-- name: work_seen
select
    agent_name,
    work_type,
    cluster_id,
    coalesce(array_agg(distinct model) filter (where model is not null), '{}') as models
from intermediate.int_tasks
group by agent_name, work_type, cluster_id
order by agent_name, cluster_id, work_type

-- name: forget_answers
delete from learning.lookup_answers
