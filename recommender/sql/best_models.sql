select
    agent_name,
    work_type,
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
    baseline_model,
    baseline_expected_cost_usd,
    effort,
    baseline_effort
from serving.best_model_per_cluster
order by agent_name, work_type, cluster_id
