copy learning.outcome_signals (task_id, signal, strength, evidence_file, evidence_line, observed_at) from stdin
