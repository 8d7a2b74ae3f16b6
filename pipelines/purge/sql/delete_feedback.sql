delete from learning.feedback
where
    given_at < %(everybodys_before)s
    or target in (
        select source_key from purged_tasks
        union
        select id::text from purged_tasks
        union
        select decision_id::text from purged_decisions
    )
