-- A decision belongs to the spawn with its tool call, to the record that names it, or, as before, to the one that was
-- found by its text; each may come nights later. Some logs key a spawn by its agent and know the call beside, and some
-- providers number their calls: one of that name at another time is another.
update learning.recommendation_log as log
set task_id = found.task_id, resolved_model = found.resolved_model, resolved_effort = found.resolved_effort
from (
    select distinct on (pairs.decision_id)
        pairs.decision_id,
        task.id as task_id,
        coalesce(task.model_resolved, stop.resolved_model, task.model_used) as resolved_model,
        task.effort_used as resolved_effort
    from (
        select
            unlinked.decision_id,
            spawned.id,
            0 as place
        from learning.recommendation_log as unlinked
        inner join learning.task_history as spawned on unlinked.tool_use_id = spawned.source_key
        union all
        select
            unlinked.decision_id,
            spawned.id,
            case when unlinked.session_id = spawned.session_id then 1 else 2 end as place
        from learning.recommendation_log as unlinked
        inner join learning.task_history as spawned on unlinked.tool_use_id = spawned.call_id
        where unlinked.decided_at - spawned.created_at between -%(within)s::interval and %(within)s::interval
        union all
        select
            recorded.decision_id,
            recorded.id,
            3 as place
        from learning.task_history as recorded
        where recorded.source = 'record' and recorded.decision_id is not null
        union all
        select
            told.decision_id,
            told.task_id,
            4 as place
        from learning.recommendation_log as told
        where told.mode = 'library' and told.tool_use_id is null and told.task_id is not null
    ) as pairs
    inner join learning.task_history as task on pairs.id = task.id
    left join learning.agent_stops as stop on task.agent_run_id = stop.agent_run_id
    order by pairs.decision_id, pairs.place, task.created_at
) as found
where
    log.decision_id = found.decision_id
    and (log.task_id, log.resolved_model, log.resolved_effort)
    is distinct from (found.task_id, found.resolved_model, found.resolved_effort)
