delete from learning.outcome_signals where task_id = %(id)s and signal in ('recorded_success', 'recorded_failure')
