-- Where the outcomes of a model come from, for each scope that an answer can be for. A task counts in its agent's scopes
-- and in those of any agent, each for its kind, its type of work and any work.
with tasks as (
    select * from {{ ref('int_tasks') }}
),

trial_spawns as (
    select * from {{ ref('int_trial_spawns') }}
),

counted as (
    select
        tasks.agent_name,
        tasks.work_type,
        tasks.cluster_id,
        tasks.clustering_version,
        tasks.model,
        tasks.spawned_on,
        (count(*) filter (where not tasks.is_self_reported))::integer as count_observed,
        (count(trial_spawns.task_id) filter (where not tasks.is_self_reported))::integer as count_in_trials,
        (count(*) filter (where tasks.is_self_reported))::integer as count_self_reported
    from tasks
    left join trial_spawns on tasks.task_id = trial_spawns.task_id
    where tasks.is_known and tasks.model_source in ('observed', 'result', 'recorded')
    group by 1, 2, 3, 4, 5, 6
)

select
    agents.agent_name,
    kinds.work_type,
    kinds.cluster_id,
    -- Ids of kinds are those of one clustering.
    case when kinds.cluster_id >= 0 then counted.clustering_version end as clustering_version,
    counted.model,
    counted.spawned_on,
    sum(counted.count_observed)::integer as count_observed,
    sum(counted.count_in_trials)::integer as count_in_trials,
    sum(counted.count_self_reported)::integer as count_self_reported
from counted
cross join lateral (values (counted.agent_name), ('*')) as agents (agent_name)
cross join lateral (
    values (counted.work_type, counted.cluster_id), (counted.work_type, -1), ('*', -1)
) as kinds (work_type, cluster_id)
where kinds.work_type is not null
group by 1, 2, 3, 4, 5, 6
