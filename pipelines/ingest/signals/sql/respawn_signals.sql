select task_id, signal, strength, evidence_file, evidence_line, observed_at
from learning.outcome_signals
where task_id = any(%(tasks)s::uuid []) and signal = %(kind)s
