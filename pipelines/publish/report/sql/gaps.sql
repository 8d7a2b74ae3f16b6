-- The titles are shown only where the reader asked for text.
select
    gaps.*,
    examples.titles
from marts.capability_gaps as gaps
cross join lateral (
    select array_agg(tasks.task_title order by tasks.created_at desc) as titles
    from learning.task_history as tasks
    where
        %(with_text)s
        and tasks.task_title <> ''
        and tasks.id::text in (select trim(id) from unnest(string_to_array(gaps.example_task_ids, ',')) as ids (id))
) as examples
order by gaps.count_uncovered desc, gaps.gap_id
