-- The settings as rows, so that every mart looks through the same windows and ends at the same moment: the last
-- spawn. Nobody's agents become unused, nor their problems solved, because logs are old or work paused.
with moment as (
    select {{ as_of('coalesce(max(spawned_at), now())') }} as as_of
    from {{ ref('stg_learning__task_history') }}
    -- A log whose clock runs ahead must not carry the windows away, be it by years or by hours.
    where is_time_possible and spawned_at <= {{ as_of() }}
),

days as (
    select distinct unnest(array{{ var('windows') }} || {{ var('window_days') }}) as window_days
)

select
    days.window_days,
    days.window_days = {{ var('window_days') }} as is_main,
    moment.as_of - make_interval(days => days.window_days * 2) as previous_from,
    moment.as_of - make_interval(days => days.window_days) as spawned_from,
    moment.as_of as spawned_until
from moment
cross join days
