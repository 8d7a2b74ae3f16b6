{{ config(materialized='incremental', on_schema_change='fail', post_hook='{{ end_fact_build() }}') }}
-- The facts, without a word of any task: what every other number is counted from (marts.metrics says how).
with tasks as (
    select * from {{ ref('int_tasks') }}
),

work_types as (
    select * from {{ ref('work_types') }}
),

drawn as (
    select distinct on (task_id)
        task_id,
        trial_id,
        arm
    from {{ ref('int_trial_spawns') }}
    where task_id is not null
    order by task_id asc, decided_at desc
)

select
    tasks.task_id::text as task_id,
    tasks.parent_task_id::text as parent_task_id,
    tasks.session_id,
    tasks.source,
    tasks.writer_version,

    -- when
    tasks.spawned_at,
    tasks.finished_at,
    date_trunc('hour', tasks.spawned_at at time zone 'UTC') at time zone 'UTC' as spawned_in_hour,
    tasks.spawned_on,
    date_trunc('week', tasks.spawned_on)::date as spawned_in_week,

    -- who and where
    tasks.project,
    tasks.project_path,
    tasks.user_name,
    tasks.host,

    -- what ran
    tasks.agent_name,
    coalesce(tasks.model, 'unknown') as model,
    tasks.model_source,
    coalesce(tasks.effort, 'unknown') as effort,
    coalesce(tasks.work_type, 'unknown') as work_type,
    coalesce(work_types.work_type_name, 'Not clustered') as work_type_name,
    tasks.cluster_id,
    drawn.trial_id,
    drawn.arm as trial_arm,

    -- how it went
    tasks.outcome,
    tasks.outcome_confidence,
    tasks.fault,
    nullif(split_part(tasks.evidence, ',', 1), '') as cause,
    tasks.evidence,
    tasks.is_success,
    tasks.is_agent_failure,
    tasks.is_known,
    tasks.is_self_reported,

    -- what it took
    tasks.duration_ms,
    tasks.waiting_ms,
    tasks.tool_uses,
    tasks.input_tokens,
    tasks.output_tokens,
    tasks.estimated_output_tokens,
    tasks.cache_read_tokens,
    tasks.cache_write_tokens,
    tasks.cost_usd::double precision as cost_usd,
    tasks.estimated_cost_usd::double precision as estimated_cost_usd,
    tasks.is_cost_complete
from tasks
left join work_types on tasks.work_type = work_types.work_type
left join drawn on tasks.task_id = drawn.task_id
where {{ is_changed('tasks.task_id') }}
