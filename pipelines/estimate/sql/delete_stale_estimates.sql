delete from learning.model_estimates
where not exists (
    select from new_estimates
    where
        new_estimates.agent_name = model_estimates.agent_name
        and new_estimates.work_type = model_estimates.work_type
        and new_estimates.cluster_id = model_estimates.cluster_id
        and new_estimates.model = model_estimates.model
        and new_estimates.effort = model_estimates.effort
)
