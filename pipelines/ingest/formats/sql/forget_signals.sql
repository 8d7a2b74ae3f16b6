delete from learning.outcome_signals where task_id = any(%(tasks)s) and evidence_file = %(path)s
