with source as (
    select * from {{ source('learning', 'recommendation_log') }}
),

renamed as (
    select
        -- keys
        decision_id,
        task_id,
        session_id,
        agent_name,
        cluster_id,

        -- asked, answered, applied and resolved are four different things
        asked_model,
        answered_model,
        applied_model,
        resolved_model,

        -- how it was decided
        mode,
        answer_source,
        snapshot_version,
        propensity,
        success_rate,
        expected_cost_usd,
        latency_ms,

        decided_at
    from source
)

select * from renamed
