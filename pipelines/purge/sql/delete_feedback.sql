delete from learning.feedback
where
    given_at < %(everybodys_before)s
    or target in (
        select source_key from purged_tasks
        union
        select call_id from purged_tasks
        where call_id is not null
        union
        select id::text from purged_tasks
        union
        select decision_id::text from purged_decisions
    )
