with files as (
    select
        count(*)::int as files,
        coalesce(sum(lines_read), 0)::bigint as lines_read,
        coalesce(sum(lines_quarantined), 0)::bigint as lines_quarantined
    from learning.ingest_files
),

spawns as (
    select
        count(*)::int as spawns,
        count(distinct agent_used)::int as agents,
        min(created_at)::date::text as first_spawn,
        max(created_at)::date::text as last_spawn,
        (count(*) filter (where success))::int as succeeded,
        (count(*) filter (where not success))::int as failed,
        (count(*) filter (where success is null))::int as unknown,
        sum(cost_usd) as cost_usd,
        (count(*) filter (where cost_usd is null))::int as spawns_without_cost
    from learning.task_history
),

clusters as (
    select count(*)::int as clusters
    from learning.task_clusters
    where clustering_version = (select max(clustering_version) from learning.clusterings)
),

saving as (
    -- What the tasks of the last 30 days would have cost less, had the recommended model done them.
    select sum(best.default_expected_cost_usd - best.expected_cost_usd) as saving_usd
    from learning.task_history as task
    inner join learning.cluster_assignments as assignment on task.id = assignment.task_id
    inner join serving.best_model_per_cluster as best
        on
            assignment.clustering_version = best.clustering_version
            and assignment.cluster_id = best.cluster_id
            and task.agent_used = best.agent_name
    where task.created_at > now() - interval '30 days'
)

select * from files, spawns, clusters, saving
