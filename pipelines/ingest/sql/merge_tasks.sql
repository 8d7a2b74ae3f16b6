-- A row that says the same as before is left alone, so that updated_at tells when something changed.
-- The columns are those of TaskRow.
with merged as (
    insert into learning.task_history as held ({columns})
    select {columns}
    from staged_tasks
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
