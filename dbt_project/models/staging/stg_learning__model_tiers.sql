with source as (
    select * from {{ source('learning', 'model_tiers') }}
),

renamed as (
    select
        agent_pattern,
        default_model,
        notes,
        is_own,
        right(agent_pattern, 1) = '*' as is_pattern,
        updated_at
    from source
)

select * from renamed
