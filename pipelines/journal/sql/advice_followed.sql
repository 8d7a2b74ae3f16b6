-- What was advised, and how it went where the spawn is known. Saved is what the agent's default is expected to cost there
-- less what was paid; lost is what was paid for advised work that failed.
with decided as (
    select
        log.mode,
        log.agent_name,
        log.answered_model,
        task.id as task_id,
        task.model_used = log.answered_model as is_followed,
        task.success,
        task.cost_usd,
        usual.model as default_model,
        usual.expected_cost_usd as default_cost_usd
    from learning.recommendation_log as log
    left join learning.task_history as task on log.task_id = task.id
    left join learning.model_estimates as usual
        on
            log.agent_name = usual.agent_name
            and coalesce(log.cluster_id, -1) = usual.cluster_id
            and usual.is_default
    where log.decided_at > now() - make_interval(days => %(days)s)
)

select
    mode,
    answered_model as model,
    count(*)::int as decisions,
    count(task_id)::int as spawns_known,
    (count(*) filter (where is_followed))::int as followed,
    (count(*) filter (where is_followed and success))::int as succeeded,
    (count(*) filter (where is_followed and not success))::int as failed,
    (count(*) filter (where is_followed and success is null))::int as unknown,
    sum(default_cost_usd - cost_usd) filter (where is_followed and default_model <> answered_model) as saved_usd,
    sum(cost_usd) filter (where is_followed and not success) as lost_usd
from decided
group by mode, answered_model
order by decisions desc, mode, model
