with source as (
    select * from {{ source('learning', 'ingest_files') }}
),

renamed as (
    select
        path,
        source,
        writer_version,
        size_bytes,
        lines_read as count_lines_read,
        lines_loaded as count_lines_loaded,
        lines_skipped as count_lines_skipped,
        lines_quarantined as count_lines_quarantined,
        modified_at,
        updated_at
    from source
)

select * from renamed
