-- A folder is known by its repository where anything of it tells one, so that one project has one name.
with places as (
    select
        project_path,
        repository
    from {{ ref('stg_learning__task_history') }}
    union all
    select
        project_path,
        repository
    from {{ ref('stg_learning__main_threads') }}
)

select
    coalesce(project_path, '') as project_path,
    case when count(distinct repository) = 1 then min(repository) end as repository
from places
where project_path is not null or repository is not null
group by coalesce(project_path, '')
