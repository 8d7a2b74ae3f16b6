insert into learning.outcome_signals (task_id, signal, strength, evidence_file, evidence_line, observed_at)
select
    task_id,
    signal,
    strength,
    evidence_file,
    evidence_line,
    observed_at
from staged_signals
on conflict (task_id, signal, evidence_file, evidence_line) do update
set strength = excluded.strength, observed_at = excluded.observed_at
