with earlier as (
    delete from learning.outcome_signals
    where task_id = %(task)s and signal in ('judge_good', 'judge_bad') and signal <> 'judge_' || %(verdict)s
)

insert into learning.outcome_signals (task_id, signal, strength, observed_at)
select %(task)s, 'judge_' || %(verdict)s, %(confidence)s, now()
where %(verdict)s in ('good', 'bad')
on conflict (task_id, signal, evidence_file, evidence_line) do update set strength = excluded.strength
