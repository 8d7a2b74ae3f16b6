create temp table staged_signals (like learning.outcome_signals including defaults) on commit drop
