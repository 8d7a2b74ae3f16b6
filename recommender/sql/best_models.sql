select
    agent_name,
    cluster_id,
    model,
    answer_source,
    reason,
    success_rate,
    success_low,
    success_sd,
    tasks_observed,
    effective_n,
    expected_cost_usd,
    default_model,
    default_expected_cost_usd
from serving.best_model_per_cluster
order by agent_name, cluster_id
