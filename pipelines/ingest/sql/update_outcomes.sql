update learning.task_history
set
    success = outcome.success,
    outcome_confidence = outcome.confidence,
    outcome_evidence = outcome.evidence,
    fault = outcome.fault,
    updated_at = now()
from int_task_outcomes as outcome
where
    task_history.id = outcome.task_id
    and (
        task_history.success, task_history.outcome_confidence, task_history.outcome_evidence, task_history.fault
    ) is distinct from (outcome.success, outcome.confidence::real, outcome.evidence, outcome.fault)
