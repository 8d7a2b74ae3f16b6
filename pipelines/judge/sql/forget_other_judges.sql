-- Verdicts of another model, or of other words, stay in the table; as signs of an outcome only the present judge's count.
delete from learning.outcome_signals
where
    signal in ('judge_good', 'judge_bad')
    and task_id not in (select task_id from learning.judgements where judge_version = %(version)s)
