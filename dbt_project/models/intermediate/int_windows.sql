-- The settings as rows, so that every mart looks through the same windows and ends at the same moment.
with moment as (
    select {{ as_of() }} as as_of
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
