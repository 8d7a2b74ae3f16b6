-- Proposals are made again; a trial stays while its agent is known, without the words of a kind of task.
with gone as (
    delete from learning.trials
    where
        state = 'proposed'
        or agent_name not in (
            select '*'
            union
            select agent_used from learning.task_history
        )
)

update learning.trials set scope_label = agent_name || ': ' || work_type
