-- Kinds are named again; an agent stays where anything of it is left.
delete from intermediate.best_model_history
where
    cluster_id >= 0
    or agent_name not in (
        select '*'
        union
        select agent_name from learning.agent_specs
        union
        select agent_used from learning.task_history
    )
