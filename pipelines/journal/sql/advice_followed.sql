-- What was advised, and how it went where the spawn is known. Saved is what the model that would have run without advice
-- is expected to cost there less what was paid; lost is what was paid for advised work that failed.
with decided as (
    select
        log.mode,
        log.answered_model,
        log.baseline_model,
        task.id as task_id,
        task.model_used = log.answered_model as is_followed,
        task.success,
        task.cost_usd,
        case when task.cost_usd is not null then task.estimated_cost_usd end as estimated_cost_usd,
        usual.expected_cost_usd as baseline_cost_usd
    from learning.recommendation_log as log
    left join learning.task_history as task on log.task_id = task.id
    left join lateral (
        -- The narrowest record of that model, as a lookup backs off.
        select estimate.expected_cost_usd
        from learning.model_estimates as estimate
        where
            log.baseline_model = estimate.model
            and estimate.expected_cost_usd is not null
            and estimate.agent_name in (log.agent_name, '*')
            and (
                log.cluster_id = estimate.cluster_id
                or (estimate.cluster_id = -1 and estimate.work_type in (log.work_type, '*'))
            )
        order by
            (estimate.work_type = '*')::int,
            (estimate.agent_name = '*')::int,
            (estimate.cluster_id = -1)::int
        limit 1
    ) as usual on true
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
    sum(baseline_cost_usd - cost_usd) filter (where is_followed and baseline_model <> answered_model) as saved_usd,
    sum(cost_usd) filter (where is_followed and not success) as lost_usd,
    sum(estimated_cost_usd) filter (where is_followed)
    / nullif(sum(cost_usd) filter (where is_followed), 0) as estimated_share
from decided
group by mode, answered_model
order by decisions desc, mode, model
