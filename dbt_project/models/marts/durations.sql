-- Counts of durations in buckets a tenth wide: they add up over any rows, so that percentiles of any group and any time
-- come out within 5 %, as of a DDSketch. Of single spawns, marts.spawns has each duration.
with spawns as (
    select
        *,
        date_trunc('week', spawned_on)::date as spawned_in_week,
        floor(ln(greatest(duration_ms, 1)) / ln(1.1))::integer as bucket
    from {{ ref('int_tasks') }}
    where duration_ms is not null
)

select
    spawned_in_week,
    {{ dimensions() }},
    bucket,
    power(1.1::double precision, bucket + 0.5) as bucket_duration_ms,
    {{ measures(['count_spawns']) }}
from spawns
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
