-- The least known first, then the newest; spawns that this judge has seen are not asked about again.
select
    tasks.id,
    tasks.task_description,
    tasks.source_key,
    tasks.agent_run_id,
    array(
        select files.path
        from learning.ingest_files as files
        where
            files.state -> 'memory' ->> 'session' = tasks.session_id
            or position('/' || tasks.session_id || '.jsonl' in files.path) > 0
        order by files.path
    ) as logs
from learning.task_history as tasks
where
    tasks.source = 'claude-code'
    and tasks.task_description <> ''
    and (tasks.success is null or tasks.outcome_confidence < %(below)s)
    and tasks.fault is distinct from 'user'
    and not exists (
        select from learning.judgements as judged
        where judged.task_id = tasks.id and judged.judge_version = %(version)s
    )
order by
    tasks.success is not null,
    tasks.outcome_confidence nulls first,
    tasks.created_at > now(),
    tasks.created_at desc, tasks.id
