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
        count(distinct agent_name)::int as agents,
        min(spawned_at)::date::text as first_spawn,
        max(spawned_at)::date::text as last_spawn,
        (count(*) filter (where success))::int as succeeded,
        (count(*) filter (where not success))::int as failed,
        (count(*) filter (where success is null))::int as unknown,
        sum(cost_usd)::double precision as cost_usd,
        sum(estimated_cost_usd)::double precision as estimated_cost_usd,
        (count(*) filter (where cost_usd is null))::int as spawns_without_cost
    from intermediate.int_tasks
),

clusters as (
    select count(*)::int as clusters
    from learning.task_clusters
    where clustering_version = (select max(clustering_version) from learning.clusterings)
),

audited as (
    select
        max(count_audits) as count_audits,
        max(observed_success) as observed_success,
        max(corrected_success) as corrected_success,
        max(corrected_low) as corrected_low,
        max(corrected_high) as corrected_high
    from marts.audit
    where agent_name = '*' and model = '*'
),

conversations as (
    select sum(cost_usd) as main_cost_usd
    from marts.main_conversations
)

select * from files, spawns, clusters, audited, conversations
