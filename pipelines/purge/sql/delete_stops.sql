delete from learning.agent_stops
where
    stopped_at < %(everybodys_before)s
    or session_id in (select session_id from purged_sessions)
    or agent_run_id in (select agent_run_id from purged_tasks)
