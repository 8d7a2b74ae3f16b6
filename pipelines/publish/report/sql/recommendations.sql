-- The agents' own answers; those that change a model come first, then the most used.
select
    best.agent_name,
    best.work_type,
    best.cluster_id,
    best.cluster_label,
    best.baseline_model,
    best.baseline_effort,
    best.model,
    best.effort,
    (best.model, best.effort) is distinct from (best.baseline_model, best.baseline_effort) as is_change,
    best.success_rate,
    best.success_low,
    estimates.success_high,
    best.tasks_observed,
    best.expected_cost_usd,
    best.baseline_expected_cost_usd,
    best.reason,
    savings.count_spawns as count_spawns_in_window,
    savings.possible_saving_usd,
    savings.cost_usd,
    savings.estimated_cost_usd
from serving.best_model_per_cluster as best
left join (
    -- As far above the mean as success_low is below it, in logits: together they hold 99 of 100.
    select
        agent_name,
        work_type,
        cluster_id,
        model,
        effort,
        1 / (1 + exp(-(2 * logit - ln(greatest(success_low, 1e-9) / greatest(1 - success_low, 1e-9))))) as success_high
    from learning.model_estimates
) as estimates
    on
        best.agent_name = estimates.agent_name
        and best.work_type = estimates.work_type
        and best.cluster_id = estimates.cluster_id
        and best.model = estimates.model
        and best.effort = estimates.effort
left join marts.savings as savings
    on
        best.agent_name = savings.agent_name
        and best.cluster_id = savings.cluster_id
        and savings.window_days = %(window_days)s
where best.agent_name <> '*' and best.cluster_id >= 0
order by is_change desc, savings.count_spawns desc nulls last, best.tasks_observed desc, best.agent_name, best.cluster_id
