-- A decision belongs to the spawn with its tool call, or to the record that names it; either may come nights later.
update learning.recommendation_log as log
set task_id = found.task_id, resolved_model = found.resolved_model, resolved_effort = found.resolved_effort
from (
    select distinct on (pairs.decision_id)
        pairs.decision_id,
        task.id as task_id,
        coalesce(task.model_resolved, stop.resolved_model, task.model_used) as resolved_model,
        task.effort_used as resolved_effort
    from (
        select unlinked.decision_id, spawned.id
        from learning.recommendation_log as unlinked
        inner join learning.task_history as spawned on unlinked.tool_use_id = spawned.source_key
        union all
        select recorded.decision_id, recorded.id
        from learning.task_history as recorded
        where recorded.source = 'record' and recorded.decision_id is not null
    ) as pairs
    inner join learning.task_history as task on pairs.id = task.id
    left join learning.agent_stops as stop on task.agent_run_id = stop.agent_run_id
    order by pairs.decision_id, task.created_at
) as found
where
    log.decision_id = found.decision_id
    and (log.task_id, log.resolved_model, log.resolved_effort)
    is distinct from (found.task_id, found.resolved_model, found.resolved_effort)
