-- Where the outcomes of a model come from, for each scope that an answer can be for. A task counts for its agent and
-- for any agent, each for its kind, its type of work and any work.
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
),

scoped as (
    select
        counted.*,
        agents.scope_agent,
        kinds.scope_work_type,
        kinds.scope_cluster_id
    from
        counted,
        unnest(array[counted.agent_name, '*']) as agents (scope_agent),
        unnest(
            array[counted.work_type, counted.work_type, '*'], array[counted.cluster_id, -1, -1]
        ) as kinds (scope_work_type, scope_cluster_id)
    where kinds.scope_work_type is not null
)

select
    scope_agent as agent_name,
    scope_work_type as work_type,
    scope_cluster_id as cluster_id,
    -- Ids of kinds are those of one clustering.
    case when scope_cluster_id >= 0 then clustering_version end as clustering_version,
    model,
    spawned_on,
    sum(count_observed)::integer as count_observed,
    sum(count_in_trials)::integer as count_in_trials,
    sum(count_self_reported)::integer as count_self_reported
from scoped
group by 1, 2, 3, 4, 5, 6
