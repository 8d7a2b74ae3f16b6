-- The newest word on a task stands as its only feedback signal.
with meant as (
    select feedback.target, task.id as task_id
    from learning.feedback
    inner join learning.task_history as task on feedback.target = task.source_key
    union
    select feedback.target, task.id
    from learning.feedback
    inner join learning.task_history as task on feedback.target = task.id::text
    union
    (
        select distinct on (feedback.target) feedback.target, task.id
        from learning.feedback
        inner join learning.task_history as task on feedback.target = task.call_id
        where task.created_at <= feedback.given_at
        order by feedback.target, task.created_at desc
    )
    union
    select feedback.target, log.task_id
    from learning.feedback
    inner join learning.recommendation_log as log on feedback.target = log.decision_id::text
    where log.task_id is not null
),

newest as (
    select distinct on (meant.task_id)
        meant.task_id,
        case when feedback.is_good then 'feedback_good' else 'feedback_bad' end as signal,
        feedback.given_at
    from learning.feedback
    inner join meant on feedback.target = meant.target
    order by meant.task_id, feedback.given_at desc
),

retracted as (
    delete from learning.outcome_signals as held
    where
        held.evidence_file = 'feedback'
        and not exists (
            select from newest where newest.task_id = held.task_id and newest.signal = held.signal
        )
)

insert into learning.outcome_signals as held (task_id, signal, evidence_file, observed_at)
select task_id, signal, 'feedback', given_at
from newest
on conflict (task_id, signal, evidence_file, evidence_line) do update
set observed_at = excluded.observed_at
where held.observed_at is distinct from excluded.observed_at
