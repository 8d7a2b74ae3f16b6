-- Without `success`: it is written back from int_task_outcomes.
with source as (
    select * from {{ source('learning', 'task_history') }}
),

renamed as (
    select
        -- keys
        id as task_id,
        source,
        session_id,
        parent_task_id,
        decision_id,
        task_hash,
        writer_version,

        -- who and where
        {{ place('project', 'user_name') }} as project_path,
        {{ place('repository', 'user_name') }} as repository,
        {{ person('user_name') }} as user_name,
        {{ person('host', 'machine') }} as host,

        -- who did it
        agent_used as agent_name,
        model_used as model,
        model_requested,
        model_parent,
        model_source,
        coalesce(effort_used, effort_requested) as effort,

        -- how it went
        status,
        is_error,
        duration_ms,
        waiting_ms,
        tool_uses,

        -- what it took
        input_tokens,
        output_tokens,
        estimated_output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        cost_usd::numeric as cost_usd, -- exact, so that a sum does not depend on the order of its rows
        case when cost_usd is not null then estimated_cost_usd::numeric end as estimated_cost_usd,
        is_cost_complete,

        -- when
        created_at as spawned_at,
        finished_at,
        -- Of all readings the one that brought this time, or a later one.
        {{ is_time_possible('created_at', 'updated_at') }} as is_time_possible
    from source
)

select * from renamed
