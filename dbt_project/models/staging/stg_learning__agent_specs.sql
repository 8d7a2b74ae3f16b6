with source as (
    select * from {{ source('learning', 'agent_specs') }}
),

renamed as (
    select
        agent_name,
        {{ place('spec_path', 'cast(null as text)') }} as spec_path,
        declared_model,
        spec_text,
        spec_hash,
        first_seen_at,
        updated_at,
        removed_at,
        removed_at is not null as is_removed
    from source
)

select * from renamed
