select
    task_id,
    success,
    confidence::real,
    evidence,
    fault
from int_task_outcomes
