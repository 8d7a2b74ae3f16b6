insert into learning.outcome_signals (task_id, signal, strength, evidence_file, evidence_line, observed_at)
values (%(task)s, %(signal)s, 1, %(path)s, %(line)s, %(at)s)
on conflict do nothing
