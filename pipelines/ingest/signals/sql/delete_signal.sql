delete from learning.outcome_signals
where
    task_id = %(task_id)s
    and signal = %(signal)s
    and evidence_file = %(evidence_file)s
    and evidence_line = %(evidence_line)s
