-- name: forget_marks
delete from learning.night_marks

-- name: note_inputs
insert into learning.night_marks (run_id, situation, inputs) values (%(run_id)s, %(situation)s, %(inputs)s)

-- name: note_results
update learning.night_marks
set results = %(results)s, published_at = clock_timestamp()
where run_id = %(run_id)s

-- name: newest_marks
select situation, inputs, results, published_at
from learning.night_marks
where published_at is not null

-- name: input_tables
select relname
from pg_class
where
    relnamespace = 'learning'::regnamespace
    and relkind = 'r'
    and relname <> all(%(results)s::text [])
    and relname <> all(%(left_out)s::text [])
order by relname

-- name: result_tables
select relname
from pg_class
where relnamespace = 'learning'::regnamespace and relkind = 'r' and relname = any(%(results)s::text [])
order by relname

-- name: mark_of_a_table
select {name} as name, count(*), coalesce(sum(hashint8(xmin::text::bigint)::bigint), 0)::bigint from {table}

-- name: left_by_time_and_dbt
-- Which tables dbt has made, and what another day changes by itself: times that lie in the future, what is told as of
-- yesterday, and trials whose candidate rests.
select
    (
        select coalesce(sum(hashint8(oid::bigint + coalesce(relfilenode, 0)::bigint)::bigint), 0)::bigint
        from pg_class
        where
            relnamespace in (
                select oid from pg_namespace where nspname in ('staging', 'intermediate', 'marts', 'serving')
            )
            and relkind in ('r', 'v')
    ) as made,
    (select count(*) from learning.task_history where created_at > now()) as in_future,
    (select count(*) from marts.best_model_changes where changed_at > now() - interval '1 day') as since_yesterday,
    (select count(*) from learning.trials where ended_at > now() - interval '90 days') as resting,
    (select coalesce(sum(hashint8(xmin::text::bigint)::bigint), 0)::bigint from serving.best_model_per_cluster) as served

-- name: unfinished
-- Tasks that wait for a vector or a kind, specs that wait for a vector.
select
    (
        select count(*)
        from learning.task_history as task
        where
            task.task_description ~ '\S'
            and not exists (select from learning.task_embeddings as known where known.task_hash = task.task_hash)
    ) as without_vector,
    (
        select count(*)
        from learning.task_history as task
        inner join learning.task_embeddings as known on task.task_hash = known.task_hash
        where
            not exists (
                select from learning.cluster_assignments as assignment
                where
                    assignment.task_id = task.id
                    and assignment.clustering_version = (select max(clustering_version) from learning.clusterings)
            )
    ) as without_kind,
    (
        select count(*)
        from learning.agent_specs as spec
        where
            spec.removed_at is null
            and spec.spec_text ~ '\S'
            and not exists (
                select from learning.agent_embeddings as embedding
                where embedding.agent_name = spec.agent_name and embedding.spec_hash = spec.spec_hash
            )
    ) as specs_without_vector

-- name: known_projects
select distinct project from marts.spawns order by project

-- name: role_facts
select
    rolsuper or rolbypassrls as sees_all,
    pg_has_role(roles.oid, (select datdba from pg_database where datname = current_database()), 'usage') as is_owner
from pg_roles as roles
where rolname = %(role)s

-- name: allow_project
insert into control.project_readers (role_name, project) values (%(role)s, %(project)s) on conflict do nothing

-- name: forbid_projects
delete from control.project_readers
where role_name = %(role)s and (%(projects)s::text [] is null or project = any(%(projects)s::text []))
returning project

-- name: project_readers
select role_name::text, project from control.project_readers order by role_name, project
