select
    agent_name,
    work_type,
    cluster_id,
    model,
    success_rate,
    success_low,
    success_sd,
    tasks_observed,
    known_outcomes,
    effective_n,
    expected_cost_usd,
    log_cost_sd,
    worth_probability,
    net_benefit,
    logit,
    logit_sd,
    logit_shared_sd,
    outcomes_to_choose,
    is_baseline,
    is_chosen,
    reason,
    effort,
    logit_model_sd,
    log_cost_model_sd,
    tasks_self_reported
from serving.model_evidence
where clustering_version = %(clustering_version)s
order by agent_name, work_type, cluster_id, model, effort
