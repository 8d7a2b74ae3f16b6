-- Files and spawns meet on who wrote the log; either side may know a writer that the other does not.
with files as (
    select
        source,
        coalesce(writer_version, 'unknown') as writer_version,
        count(*)::integer as count_files,
        sum(count_lines_read)::bigint as count_lines_read,
        sum(count_lines_loaded)::bigint as count_lines_loaded,
        sum(count_lines_skipped)::bigint as count_lines_skipped,
        sum(count_lines_quarantined)::bigint as count_lines_quarantined
    from {{ ref('stg_learning__ingest_files') }}
    group by source, coalesce(writer_version, 'unknown')
),

unruled as (
    select
        signals.task_id,
        count(*) as count_signals
    from {{ ref('stg_learning__outcome_signals') }} as signals
    -- An array is looked up before copies of a sign are grouped.
    where signals.signal <> all(array(select rules.signal from {{ ref('outcome_rules') }} as rules))
    group by signals.task_id
),

-- Spawns at impossible times are in no mart: they are counted here, and nowhere else.
spawns as (
    select
        tasks.source,
        coalesce(tasks.writer_version, 'unknown') as writer_version,
        count(counted.task_id)::integer as count_spawns,
        (count(*) filter (where not tasks.is_time_possible))::integer as count_impossible_times,
        (count(counted.task_id) filter (where counted.finished_at is null))::integer as count_without_result,
        (count(counted.task_id) filter (where counted.model is null))::integer as count_unknown_model,
        (count(counted.task_id) filter (where counted.cost_usd is null))::integer as count_unknown_cost,
        (count(counted.task_id) filter (where counted.estimated_cost_usd > 0))::integer as count_estimated_cost,
        (count(counted.task_id) filter (where counted.outcome = 'unknown'))::integer as count_unknown_outcome,
        (count(counted.task_id) filter (where counted.cluster_id < 0))::integer as count_not_clustered,
        coalesce(sum(unruled.count_signals), 0)::integer as count_unruled_signals
    from {{ ref('stg_learning__task_history') }} as tasks
    left join {{ ref('int_tasks') }} as counted on tasks.task_id = counted.task_id
    left join unruled on tasks.task_id = unruled.task_id
    group by tasks.source, coalesce(tasks.writer_version, 'unknown')
)

select
    coalesce(files.source, spawns.source) as source,
    coalesce(files.writer_version, spawns.writer_version) as writer_version,
    coalesce(files.count_files, 0) as count_files,
    coalesce(files.count_lines_read, 0) as count_lines_read,
    coalesce(files.count_lines_loaded, 0) as count_lines_loaded,
    coalesce(files.count_lines_skipped, 0) as count_lines_skipped,
    coalesce(files.count_lines_quarantined, 0) as count_lines_quarantined,
    coalesce(spawns.count_spawns, 0) as count_spawns,
    coalesce(spawns.count_impossible_times, 0) as count_impossible_times,
    coalesce(spawns.count_without_result, 0) as count_without_result,
    coalesce(spawns.count_unknown_model, 0) as count_unknown_model,
    coalesce(spawns.count_unknown_cost, 0) as count_unknown_cost,
    coalesce(spawns.count_estimated_cost, 0) as count_estimated_cost,
    coalesce(spawns.count_unknown_outcome, 0) as count_unknown_outcome,
    coalesce(spawns.count_not_clustered, 0) as count_not_clustered,
    coalesce(spawns.count_unruled_signals, 0) as count_unruled_signals,
    spawns.count_unknown_outcome::double precision / nullif(spawns.count_spawns, 0) as unknown_outcome_share
from files
full outer join spawns on files.source = spawns.source and files.writer_version = spawns.writer_version
