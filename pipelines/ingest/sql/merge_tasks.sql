-- A row that says the same as before is left alone, so that updated_at tells when something changed.
-- The columns are those of TaskRow, and for a new row how the spawn went.
with merged as (
    insert into learning.task_history as held ({columns}, success, outcome_confidence, outcome_evidence, fault)
    select
        {staged},
        outcome.success,
        outcome.outcome_confidence,
        outcome.outcome_evidence,
        outcome.fault
    from staged_tasks
    left join staged_outcomes as outcome on staged_tasks.id = outcome.task_id
    on conflict (source, source_key) do update
    set
        ({columns}) = row({excluded}),
        updated_at = now()
    where ({held}) is distinct from ({excluded})
    returning xmax = 0 as is_new
)

select
    count(*) filter (where is_new) as new,
    count(*) filter (where not is_new) as updated
from merged
