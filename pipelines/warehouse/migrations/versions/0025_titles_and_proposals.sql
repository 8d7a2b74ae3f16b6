-- The examples of a kind are titles of anybody's tasks: who owns the tables sees them, and no role that looks up.
create or replace view serving.task_kinds as
select
    cluster.clustering_version,
    cluster.embedding_model,
    cluster.cluster_id,
    cluster.label,
    cluster.radius,
    cluster.size,
    cluster.terms,
    coalesce(
        (
            select array_agg(task.task_title order by examples.place)
            from unnest(cluster.example_task_ids) with ordinality as examples (task_id, place)
            inner join learning.task_history as task on examples.task_id = task.id
            where
                task.task_title <> ''
                and pg_has_role(
                    current_user,
                    (select relation.relowner from pg_class as relation
                    where relation.oid = 'learning.task_history'::regclass),
                    'usage'
                )
        ),
        '{}'
    ) as examples,
    cluster.centroid::real [] as centroid,
    cluster.work_type
from learning.task_clusters as cluster;

-- What is proposed draws nothing; `spawnwise explain` names it.
create or replace view serving.trials as
select
    trial_id,
    agent_name,
    work_type,
    cluster_id,
    project,
    candidate_model,
    baseline_model,
    state,
    candidate_share,
    night_cap,
    reason,
    candidate_effort,
    baseline_effort
from learning.trials
where
    state in ('proposed', 'running', 'adopted')
    or (state in ('dropped', 'withdrawn') and ended_at > now() - interval '90 days');
