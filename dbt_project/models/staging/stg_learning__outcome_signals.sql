-- A signal may be seen in several places of a log, and counts once, at its strongest.
with source as (
    select * from {{ source('learning', 'outcome_signals') }}
),

strongest as (
    select
        task_id,
        signal,
        max(strength)::double precision as strength,
        count(*)::integer as count_places,
        min(observed_at) as first_observed_at
    from source
    group by task_id, signal
)

select * from strongest
