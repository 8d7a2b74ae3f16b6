update learning.task_history
set decision_id = coalesce(%(decision)s, decision_id), propensity = coalesce(%(propensity)s, propensity)
where
    id = %(task)s
    and (decision_id, propensity)
    is distinct from (coalesce(%(decision)s, decision_id), coalesce(%(propensity)s, propensity))
