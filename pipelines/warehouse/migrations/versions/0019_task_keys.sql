-- name: add
-- What a task's kind depends on: its text, who was asked, and where.
create function learning.task_key(task_hash text, agent_used text, project text) returns bigint
language sql immutable parallel safe
return hashtextextended(task_hash || E'\x1f' || agent_used || E'\x1f' || coalesce(project, ''), 0);

alter table learning.cluster_assignments
add column task_key bigint,
-- (clustering_version, cluster_id) refers to the version as well, by way of the cluster.
drop constraint cluster_assignments_clustering_version_fkey;
comment on column learning.cluster_assignments.task_key is
'The text, agent and project by which the task was assigned, as one number (learning.task_key).';

update learning.cluster_assignments
set task_key = learning.task_key(task.task_hash, task.agent_used, task.project)
from learning.task_history as task
where cluster_assignments.task_id = task.id;

-- name: take_away
alter table learning.cluster_assignments
drop column task_key,
add foreign key (clustering_version) references learning.clusterings on delete cascade;
drop function learning.task_key;
