insert into learning.outcome_signals (task_id, signal, evidence_file, observed_at)
values (%(id)s, %(signal)s, 'journal', %(at)s)
on conflict (task_id, signal, evidence_file, evidence_line) do update set observed_at = excluded.observed_at
