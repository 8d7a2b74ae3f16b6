-- What the logs told. Without a file stand a judge's verdict and what no log tells; feedback is a person's.
select task_id, signal, strength, evidence_file, evidence_line, observed_at
from learning.outcome_signals
where
    task_id = any(%(tasks)s::uuid [])
    and signal <> all(%(not_own)s)
    and (signal = 'no_result' or evidence_file not in ('', 'feedback'))
