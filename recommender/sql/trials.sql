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
    reason
from serving.trials
order by trial_id
