insert into learning.recommendation_log (
    decision_id,
    decided_at,
    task_hash,
    agent_name,
    asked_model,
    answered_model,
    applied_model,
    mode,
    answer_source,
    reason,
    cluster_id,
    snapshot_version,
    propensity,
    latency_ms,
    session_id,
    tool_use_id
)
values (
    %(decision_id)s,
    %(at)s,
    %(task_hash)s,
    %(agent)s,
    %(asked_model)s,
    %(answered_model)s,
    %(applied_model)s,
    %(mode)s,
    %(answer_source)s,
    %(reason)s,
    %(cluster_id)s,
    %(snapshot_version)s,
    %(propensity)s,
    %(latency_ms)s,
    %(session_id)s,
    %(tool_use_id)s
)
on conflict (decision_id) do nothing
