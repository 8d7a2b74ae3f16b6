with files as (
    select
        count(*) as files,
        coalesce(sum(lines_read), 0) as lines_read,
        coalesce(sum(lines_loaded), 0) as lines_loaded,
        coalesce(sum(lines_skipped), 0) as lines_skipped,
        coalesce(sum(lines_quarantined), 0) as lines_quarantined,
        count(*) filter (
            where lines_read <> lines_loaded + lines_skipped + lines_quarantined
        ) as files_that_do_not_add_up
    from learning.ingest_files
),

spawns as (
    select
        count(*) as spawns,
        count(*) filter (where model_used is null) as spawns_without_model,
        count(*) filter (where finished_at is null) as spawns_without_end,
        count(*) filter (where cost_usd is null) as spawns_without_cost,
        -- As dbt's macro is_time_possible has it.
        count(*) filter (
            where created_at < %(first_day)s or created_at > updated_at + %(clock_skew)s
        ) as spawns_at_impossible_times
    from learning.task_history
),

missing as (
    select count(*) as spawns_without_row
    from learning.spawn_facts
    left join learning.task_history
        on spawn_facts.source = task_history.source and spawn_facts.fact_key = task_history.source_key
    where spawn_facts.is_spawn and task_history.id is null
)

select
    files.*,
    spawns.*,
    missing.*
from files
cross join spawns
cross join missing
