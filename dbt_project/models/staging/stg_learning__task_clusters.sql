-- Without centroids: dbt's unit tests cannot make a vector, nor an array.
with source as (
    select * from {{ source('learning', 'task_clusters') }}
),

renamed as (
    select
        clustering_version,
        cluster_id,
        work_type,
        embedding_model,
        size as count_tasks,
        radius,
        label as cluster_label,
        array_to_string(terms, ', ') as terms,
        array_to_string(example_task_ids, ', ') as example_task_ids
    from source
)

select * from renamed
