-- The newest word on a task stands as its only feedback signal.
with newest as (
    select distinct on (task.id)
        task.id as task_id,
        case when feedback.is_good then 'feedback_good' else 'feedback_bad' end as signal,
        feedback.given_at
    from learning.feedback
    inner join lateral (
        select id from learning.task_history where source_key = feedback.target
        union
        select id from learning.task_history where id::text = feedback.target
        union
        select task_id from learning.recommendation_log
        where decision_id::text = feedback.target and task_id is not null
    ) as task on true
    order by task.id, feedback.given_at desc
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
