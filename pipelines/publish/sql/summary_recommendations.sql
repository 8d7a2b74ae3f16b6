-- The agents' own answers, those that change a model first.
select
    agent_name as agent,
    cluster_label as kind_of_task,
    model,
    success_rate,
    success_low,
    tasks_observed,
    expected_cost_usd,
    baseline_model,
    effort,
    baseline_effort,
    (model, effort) is distinct from (baseline_model, baseline_effort) as is_change,
    reason
from serving.best_model_per_cluster
where agent_name <> '*' and cluster_id >= 0
order by is_change desc, tasks_observed desc, agent_name, cluster_id
