-- A signal may be seen in several places of a log, and counts once, at its strongest.
with source as (
    select * from {{ source('learning', 'outcome_signals') }}
),

tasks as (
    select * from {{ ref('stg_learning__task_history') }}
),

placed as (
    select
        source.task_id,
        source.signal,
        source.strength,
        source.observed_at,
        -- A record is written by the program that ran the task. That it ended, with an error or without, is a fact as
        -- in any log; other signs that it lists are what the program says of itself.
        tasks.source = 'records'
        and source.evidence_file not in ('', 'feedback')
        and source.signal not in ('result_returned', 'tool_error', 'no_result') as is_claimed
    from source
    inner join tasks on source.task_id = tasks.task_id
),

named as (
    select
        task_id,
        -- A person speaks through `spawnwise feedback`, the judge through its own stage; a record speaks for neither.
        case
            when is_claimed and signal in ('feedback_good', 'judge_good', 'review_good') then 'recorded_success'
            when is_claimed and signal in ('feedback_bad', 'judge_bad', 'review_bad') then 'recorded_failure'
            when is_claimed and signal in ('judge_excused', 'review_excused') then 'run_failed'
            else signal
        end as signal,
        strength,
        observed_at,
        is_claimed
    from placed
),

strongest as (
    select
        task_id,
        signal,
        max(strength)::double precision as strength,
        count(*)::integer as count_places,
        min(observed_at) as first_observed_at,
        bool_and(is_claimed) as is_claimed
    from named
    group by task_id, signal
)

select * from strongest
