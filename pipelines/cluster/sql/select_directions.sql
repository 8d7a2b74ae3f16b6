-- The row of no project first.
select project, tasks, direction
from learning.project_directions
where clustering_version = %s
order by (project = '') desc, tasks desc, project collate "C"
