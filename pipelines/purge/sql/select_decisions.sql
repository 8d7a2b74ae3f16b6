create temp table purged_decisions on commit drop as
select log.decision_id
from learning.recommendation_log as log
where
    log.task_id in (select id from purged_tasks)
    or log.tool_use_id in (select source_key from purged_tasks)
    or (log.session_id, log.tool_use_id) in (select session_id, call_id from purged_tasks)
    or log.session_id in (select session_id from purged_sessions)
    or log.decided_at < %(everybodys_before)s
    or (
        log.task_hash in (select task_hash from purged_tasks)
        and not exists (
            select from learning.task_history as task
            where
                task.task_hash = log.task_hash
                and not exists (select from purged_tasks where purged_tasks.id = task.id)
        )
    )
