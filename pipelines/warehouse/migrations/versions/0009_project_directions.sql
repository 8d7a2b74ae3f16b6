-- Kinds span projects: what the tasks of one project have in common is taken out of their vectors first.
create table learning.project_directions (
    clustering_version integer not null references learning.clusterings (clustering_version) on delete cascade,
    project text not null,
    tasks integer not null check (tasks >= 0),
    direction vector not null,
    primary key (clustering_version, project)
);
comment on table learning.project_directions is
'One row per clustering version and project: what is taken out of the vectors of its tasks before kinds are sought.';
comment on column learning.project_directions.project is
'The last part of its folder''s path; empty for tasks of any other project, or of none.';

create view serving.project_directions as
select
    clustering_version,
    project,
    tasks,
    direction::real [] as direction
from learning.project_directions;
comment on view serving.project_directions is
'One row per clustering version and project, the row of no project among them.';

-- A lookup needs the directions; they tell an analyst nothing but the projects' names.
alter function learning.grant_reading_roles() rename to grant_reading_tables;

create function learning.grant_reading_roles() returns text language plpgsql as $$
declare
    notice text := learning.grant_reading_tables();
begin
    if notice is not null then
        return notice;
    end if;
    revoke select on serving.project_directions from spawnwise_analyst;
    return null;
end $$;
comment on function learning.grant_reading_roles is
'Create and equip the reading roles; returns null, or what an administrator has to do first.';
