select
    agent_name as agent,
    cluster_label as kind_of_task,
    model,
    success_rate,
    success_low,
    tasks_observed,
    expected_cost_usd,
    default_model,
    reason
from serving.best_model_per_cluster
where agent_name <> '*' and cluster_id >= 0
order by (model is distinct from default_model) desc, tasks_observed desc, agent_name, cluster_id
limit 12
