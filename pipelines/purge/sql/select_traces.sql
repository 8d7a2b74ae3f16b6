-- By what the purged can be told wherever it stands: ids, and the titles that nothing else has.
select
    array(
        select id::text from purged_tasks
        union
        select source_key from purged_tasks
        union
        select session_id from purged_sessions
        union
        select decision_id::text from purged_decisions
        union
        select unnest(array[agent_run_id, call_id]) from purged_tasks
        except
        select unnest(array[task.agent_run_id, task.call_id])
        from learning.task_history as task
        where not exists (select from purged_tasks where purged_tasks.id = task.id)
        except
        select null
    ) as ids,
    array(
        select task_title from purged_tasks
        except
        select task.task_title
        from learning.task_history as task
        where not exists (select from purged_tasks where purged_tasks.id = task.id)
    ) as titles
