-- What remains may have been judged by what another session did later.
delete from learning.outcome_signals
where
    task_id in (select id from purged_tasks)
    or evidence_file in (select session_id || '.jsonl' from purged_sessions)
