-- The largest projects; the row of no project first.
select project, direction
from serving.project_directions
where clustering_version = %(clustering_version)s
order by (project = '') desc, tasks desc, project collate "C"
limit 201
