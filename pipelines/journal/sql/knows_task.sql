-- The ids that feedback may name, as apply_feedback ties them.
select
    exists (
        select from learning.task_history
        where source_key = %(target)s or call_id = %(target)s or id::text = %(target)s
    )
    or exists (
        select from learning.recommendation_log
        where decision_id::text = %(target)s or tool_use_id = %(target)s
    ) as is_known
