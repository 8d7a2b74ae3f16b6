with source as (
    select * from {{ source('learning', 'main_messages') }}
),

renamed as (
    select
        -- keys
        message_id,
        thread_id,

        -- what it took
        model,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        cost_usd::numeric as cost_usd, -- exact, so that a sum does not depend on the order of its rows
        case when cost_usd is not null then estimated_cost_usd::numeric end as estimated_cost_usd,

        -- when
        said_at
    from source
)

select * from renamed
