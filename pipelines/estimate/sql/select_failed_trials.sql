-- Trials that have lately shown a model not to do: there, it is not chosen again whatever other evidence says.
select
    agent_name,
    work_type,
    cluster_id,
    candidate_model,
    candidate_effort
from learning.trials
where project is null and state in ('dropped', 'withdrawn') and ended_at > now() - interval '90 days'
