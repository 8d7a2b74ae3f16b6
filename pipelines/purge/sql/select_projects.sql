select
    project,
    repository,
    count(*)::integer as count_spawns
from learning.task_history
where coalesce(project, repository) is not null
group by project, repository
