{{
    config(
        materialized='incremental', indexes=[{'columns': ['task_id']}], post_hook='{{ end_fact_build() }}'
    )
}}
-- The spine of every mart: a spawn with its outcome and its kind. A spawn at an impossible time is in no mart.
with kinds as (
    select
        assignments.task_id,
        assignments.clustering_version,
        assignments.cluster_id,
        assignments.cluster_distance,
        clusters.work_type,
        clusters.cluster_label,
        assignments.cluster_distance > clusters.radius as is_far_from_cluster
    from {{ ref('stg_learning__cluster_assignments') }} as assignments
    inner join {{ ref('int_current_clusters') }} as clusters
        on
            assignments.clustering_version = clusters.clustering_version
            and assignments.cluster_id = clusters.cluster_id
    where {{ is_changed('assignments.task_id') }}
),

projects as (
    select * from {{ ref('int_projects') }}
)

select
    tasks.task_id,
    tasks.parent_task_id,
    tasks.session_id,
    tasks.source,
    tasks.writer_version,
    tasks.task_hash,
    tasks.spawned_at,
    tasks.finished_at,
    (tasks.spawned_at at time zone 'UTC')::date as spawned_on,

    {{ project_of('tasks') }} as project,
    tasks.project_path,
    coalesce(tasks.user_name, 'unknown') as user_name,
    coalesce(tasks.host, 'unknown') as host,

    tasks.agent_name,
    tasks.model,
    tasks.model_requested,
    tasks.model_source,
    tasks.effort,
    tasks.decision_id,

    kinds.clustering_version,
    kinds.work_type,
    coalesce(kinds.cluster_id, -1) as cluster_id,
    coalesce(kinds.cluster_label, 'not clustered') as cluster_label,
    kinds.cluster_distance,
    kinds.is_far_from_cluster,

    outcomes.outcome,
    outcomes.success,
    outcomes.confidence as outcome_confidence,
    outcomes.fault,
    outcomes.evidence,
    outcomes.is_self_reported,
    -- What a model or an agent can be held to: its successes, and the failures that were its own.
    outcomes.outcome = 'success' as is_success,
    coalesce(outcomes.outcome = 'failure' and outcomes.fault = 'agent', false) as is_agent_failure,
    outcomes.outcome = 'success' or coalesce(outcomes.outcome = 'failure' and outcomes.fault = 'agent', false)
        as is_known,

    tasks.duration_ms,
    tasks.waiting_ms,
    tasks.tool_uses,
    tasks.input_tokens,
    tasks.output_tokens,
    tasks.estimated_output_tokens,
    tasks.cache_read_tokens,
    tasks.cache_write_tokens,
    {{ weighed('tasks.cost_usd', 'tasks.model') }} as cost_usd,
    {{ weighed('tasks.estimated_cost_usd', 'tasks.model') }} as estimated_cost_usd,
    tasks.is_cost_complete
from {{ ref('stg_learning__task_history') }} as tasks
inner join {{ ref('int_task_outcomes') }} as outcomes on tasks.task_id = outcomes.task_id
left join kinds on tasks.task_id = kinds.task_id
left join projects on tasks.project_path = projects.project_path
where tasks.is_time_possible and {{ is_changed('tasks.task_id') }}
