insert into learning.project_directions (clustering_version, project, tasks, direction)
values (%s, %s, %s, %s)
