with spawns as (
    delete from learning.task_history
    where id in (select id from learning.purged_tasks)
    returning source, source_key
)

delete from learning.spawn_facts as facts
using (
    select source, source_key as fact_key from spawns
    union
    select source, fact_key from learning.purged_facts
) as gone
where facts.source = gone.source and facts.fact_key = gone.fact_key
