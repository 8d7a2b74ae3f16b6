-- A copy that was made before the end says that there is none; any other knows better.
delete from learning.outcome_signals
using learning.task_history
where
    outcome_signals.task_id = task_history.id
    and task_history.id = any(%(tasks)s)
    and task_history.finished_at is not null
    and outcome_signals.signal = 'no_result'
