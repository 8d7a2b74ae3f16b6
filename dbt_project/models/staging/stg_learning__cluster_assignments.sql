with source as (
    select * from {{ source('learning', 'cluster_assignments') }}
),

renamed as (
    select
        task_id,
        clustering_version,
        cluster_id,
        distance as cluster_distance
    from source
)

select * from renamed
