{{ config(pre_hook='{{ begin_fact_build() }}') }}
-- By the transactions that wrote the rows, whatever wrote them, and whenever it was committed. Empty where everything
-- is built again anyway.
with build as (
    select age((changed_from & 4294967295)::text::xid) as oldest
    from {{ source('learning', 'fact_builds') }}
    where not is_full
),

written as (
    select tasks.id as task_id
    from {{ source('learning', 'task_history') }} as tasks
    cross join build
    where age(tasks.xmin) <= build.oldest

    union

    select signals.task_id
    from {{ source('learning', 'outcome_signals') }} as signals
    cross join build
    where age(signals.xmin) <= build.oldest

    union

    select assignments.task_id
    from {{ source('learning', 'cluster_assignments') }} as assignments
    cross join build
    where age(assignments.xmin) <= build.oldest

    union

    select decisions.task_id
    from {{ source('learning', 'recommendation_log') }} as decisions
    cross join build
    where decisions.task_id is not null and age(decisions.xmin) <= build.oldest

    union

    select outcomes.task_id
    from {{ as_built('int_task_outcomes', {'task_id': 'uuid'}) }} as outcomes
    cross join build
    where not exists (select from {{ source('learning', 'task_history') }} as tasks where tasks.id = outcomes.task_id)

    union

    -- One spawn may tell the repository of all that ran in its folder.
    select facts.task_id
    from {{ as_built('int_tasks', {'task_id': 'uuid', 'project': 'text'}) }} as facts
    cross join build
    inner join {{ ref('stg_learning__task_history') }} as tasks on facts.task_id = tasks.task_id
    left join {{ ref('int_projects') }} as projects on tasks.project_path = projects.project_path
    where facts.project <> {{ project_of('tasks') }}
)

select task_id from written
