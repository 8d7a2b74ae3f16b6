-- Without the excerpt: marts hold no text of logs.
with source as (
    select * from {{ source('learning', 'ingest_quarantine') }}
),

renamed as (
    select
        path,
        line_number,
        byte_offset,
        reason,
        quarantined_at
    from source
)

select * from renamed
