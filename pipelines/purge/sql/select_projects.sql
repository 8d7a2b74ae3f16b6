select
    project,
    repository,
    count(*)::integer as count_spawns
from learning.task_history
where coalesce(project, repository) is not null
group by project, repository
union all
-- Sessions may work where they spawn nothing.
select distinct
    nullif(thread.project, '') as project,
    thread.repository,
    0 as count_spawns
from learning.main_threads as thread
where coalesce(nullif(thread.project, ''), thread.repository) is not null
