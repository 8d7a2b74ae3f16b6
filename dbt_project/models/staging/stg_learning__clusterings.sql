with source as (
    select * from {{ source('learning', 'clusterings') }}
),

renamed as (
    select
        clustering_version,
        embedding_model,
        cluster_count as count_clusters,
        task_count as count_tasks,
        criterion,
        created_at
    from source
)

select * from renamed
