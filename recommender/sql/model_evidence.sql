select
    agent_name,
    cluster_id,
    model,
    success_rate,
    success_low,
    success_sd,
    tasks_observed,
    effective_n,
    expected_cost_usd,
    reliable_probability,
    logit,
    logit_sd,
    logit_shared_sd,
    outcomes_to_choose,
    is_default,
    is_chosen,
    reason
from serving.model_evidence
where clustering_version = %(clustering_version)s
order by agent_name, cluster_id, model
