with source as (
    select * from {{ source('learning', 'trials') }}
),

renamed as (
    select
        -- what is tried where
        trial_id,
        scope_label,
        agent_name,
        work_type,
        cluster_id,
        {{ place('project', 'cast(null as text)') }} as project,
        baseline_model,
        baseline_effort,
        candidate_model,
        candidate_effort,

        -- where it stands
        state,
        reason,
        started_by,
        candidate_share,
        proposed_at,
        started_at,
        adopted_at,
        ended_at,

        -- what was expected of it
        known_outcomes,
        baseline_success,
        count_spawns_month,
        spend_usd_month,
        saving_usd_month,
        cost_ratio,
        expected_gap,
        gap_low,
        gap_high,
        worth_probability,
        is_decided_by_logs,
        spawns_to_decide,
        extra_failures_week
    from source
)

select * from renamed
