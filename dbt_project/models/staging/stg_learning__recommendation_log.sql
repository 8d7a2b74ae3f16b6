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
        work_type,
        cluster_id,

        -- what was asked for, would have run, was answered, was applied and ran are different things
        asked_model,
        baseline_model,
        baseline_source,
        answered_model,
        applied_model,
        resolved_model,

        -- how it was decided
        mode,
        answer_source,
        is_change,
        trial_id,
        trial_arm,
        snapshot_version,
        propensity,
        success_rate,
        expected_cost_usd,
        latency_ms,

        decided_at
    from source
)

select * from renamed
