select
    tasks.id,
    tasks.task_description,
    tasks.source_key,
    tasks.agent_run_id,
    array(
        select files.path
        from learning.ingest_files as files
        where
            tasks.session_id is not null
            and (
                files.state -> 'memory' ->> 'session' = tasks.session_id
                or position('/' || tasks.session_id || '.jsonl' in files.path) > 0
                or position('/' || tasks.session_id || '/' in files.path) > 0
            )
            and (
                position('/agent-' in files.path) = 0
                or tasks.parent_task_id is not null
                or position('/agent-' || tasks.agent_run_id || '.jsonl' in files.path) > 0
            )
        order by files.path
    ) as logs
from learning.task_history as tasks
where tasks.id = %(task)s
