with source as (
    select * from {{ source('learning', 'main_threads') }}
),

renamed as (
    select
        -- keys
        thread_id,
        source,
        nullif(session_id, '') as session_id,

        -- who and where
        {{ place("nullif(project, '')", 'user_name') }} as project_path,
        {{ place('repository', 'user_name') }} as repository,
        {{ person('user_name') }} as user_name,
        {{ person('host', 'machine') }} as host,

        -- when
        updated_at as read_at
    from source
)

select * from renamed
