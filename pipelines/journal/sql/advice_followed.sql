-- What was advised, and how it went where the spawn is known. Saved is what the model that would have run without advice
-- is expected to cost there less what was paid; lost is what was paid for advised work that failed. Costs are weighed
-- by model, as those that are expected are.
with decided as (
    select
        ledger.mode,
        ledger.answered_model,
        ledger.baseline_model,
        ledger.task_id,
        ledger.compliance,
        ledger.compliance in ('followed', 'no_change') and task.model_used = ledger.answered_model as is_followed,
        ledger.compliance = 'followed' as is_saving,
        ledger.success,
        ledger.cost_usd * weight.of_model as cost_usd,
        ledger.estimated_cost_usd * weight.of_model as estimated_cost_usd,
        usual.expected_cost_usd as baseline_cost_usd
    from learning.decision_ledger as ledger
    left join learning.task_history as task on ledger.task_id = task.id
    cross join lateral (
        select coalesce((%(weights)s::jsonb ->> task.model_used)::double precision, 1) as of_model
    ) as weight
    left join lateral (
        -- The narrowest record of that model, as a lookup backs off; of its efforts the one that would have run.
        select estimate.expected_cost_usd
        from learning.model_estimates as estimate
        where
            ledger.baseline_model = estimate.model
            and estimate.expected_cost_usd is not null
            and estimate.agent_name in (ledger.agent_name, '*')
            and (
                ledger.cluster_id = estimate.cluster_id
                or (estimate.cluster_id = -1 and estimate.work_type in (ledger.work_type, '*'))
            )
        order by
            (estimate.work_type = '*')::int,
            (estimate.agent_name = '*')::int,
            (estimate.cluster_id = -1)::int,
            (estimate.effort = coalesce(ledger.baseline_effort, ''))::int desc,
            estimate.is_baseline desc
        limit 1
    ) as usual on true
    where ledger.decided_at > now() - make_interval(days => %(days)s)
),

counted as (
    select
        mode,
        answered_model,
        jsonb_object_agg(compliance, decisions) as compliance
    from (
        select
            mode,
            answered_model,
            compliance,
            count(*)::int as decisions
        from decided
        group by mode, answered_model, compliance
    ) as by_compliance
    group by mode, answered_model
)

select
    decided.mode,
    decided.answered_model as model,
    count(*)::int as decisions,
    count(task_id)::int as spawns_known,
    (count(*) filter (where is_followed))::int as followed,
    (count(*) filter (where is_followed and success))::int as succeeded,
    (count(*) filter (where is_followed and not success))::int as failed,
    (count(*) filter (where is_followed and success is null))::int as unknown,
    sum(baseline_cost_usd - cost_usd) filter (where is_saving) as saved_usd,
    sum(cost_usd) filter (where is_followed and not success) as lost_usd,
    sum(estimated_cost_usd) filter (where is_followed)
    / nullif(sum(cost_usd) filter (where is_followed), 0) as estimated_share,
    counted.compliance
from decided
inner join counted
    on decided.mode is not distinct from counted.mode and decided.answered_model = counted.answered_model
group by decided.mode, decided.answered_model, counted.compliance
order by decisions desc, decided.mode, decided.answered_model
