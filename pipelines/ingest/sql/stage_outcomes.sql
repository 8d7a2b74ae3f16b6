-- What is staged of new spawns: their signs, and how they went.
create temp table staged_signals (like learning.outcome_signals including defaults) on commit drop;

create temp table staged_outcomes (
    task_id uuid,
    success boolean,
    outcome_confidence real,
    outcome_evidence text,
    fault text
) on commit drop
