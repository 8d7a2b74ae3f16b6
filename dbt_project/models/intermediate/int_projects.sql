-- A folder is known by its repository where any of its spawns tells one, so that one project has one name.
with spawns as (
    select * from {{ ref('stg_learning__task_history') }}
)

select
    coalesce(project_path, '') as project_path,
    case when count(distinct repository) = 1 then min(repository) end as repository
from spawns
where project_path is not null or repository is not null
group by coalesce(project_path, '')
