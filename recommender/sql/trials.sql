select
    trial_id,
    agent_name,
    work_type,
    cluster_id,
    project,
    candidate_model,
    baseline_model,
    state,
    candidate_share,
    night_cap,
    reason,
    candidate_effort,
    baseline_effort
from serving.trials
order by trial_id
