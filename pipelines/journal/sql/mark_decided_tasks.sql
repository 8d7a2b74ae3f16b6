-- Only a task that ran on the model that was answered, because it was answered or drawn, counts with that answer's probability.
update learning.task_history as task
set decision_id = log.decision_id, propensity = log.propensity
from learning.recommendation_log as log
where
    log.task_id = task.id
    and task.model_used = log.answered_model
    and (log.answered_effort is null or task.effort_used is null or task.effort_used = log.answered_effort)
    and (log.applied_model is not null or log.mode = 'library' or log.trial_arm is not null)
    and (task.decision_id, task.propensity) is distinct from (log.decision_id, log.propensity)
