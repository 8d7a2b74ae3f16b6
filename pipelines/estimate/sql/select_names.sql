-- What the hashes of select_outcomes stand for.
with names as (
    select agent_used as name from learning.task_history
    union
    select project from learning.task_history
    union
    select model_used from learning.task_history
    union
    select model_resolved from learning.task_history
    union
    select effort_used from learning.task_history
    union
    select effort_requested from learning.task_history
    union
    select baseline_model from learning.recommendation_log
    union
    select baseline_effort from learning.recommendation_log
    union
    select ''
)

select hashtextextended(name, 0) as hash, name
from names
where name is not null
