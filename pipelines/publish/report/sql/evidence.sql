select
    kinds.label as kind,
    kinds.cluster_id,
    kinds.size as kind_size,
    estimates.agent_name,
    estimates.model,
    estimates.effort,
    estimates.success_rate,
    estimates.success_low,
    -- As far above the mean as success_low is below it, in logits: together they hold 99 of 100.
    1 / (1 + exp(-(
        2 * estimates.logit
        - ln(greatest(estimates.success_low, 1e-9) / greatest(1 - estimates.success_low, 1e-9))
    ))) as success_high,
    -- 90 of 100 for the chart, which has to be read at a glance: 1.6449 / 2.5758 of the way in logits.
    1 / (1 + exp(-(
        estimates.logit - 0.6386 * (
            estimates.logit
            - ln(greatest(estimates.success_low, 1e-9) / greatest(1 - estimates.success_low, 1e-9))
        )
    ))) as success_low_90,
    1 / (1 + exp(-(
        estimates.logit + 0.6386 * (
            estimates.logit
            - ln(greatest(estimates.success_low, 1e-9) / greatest(1 - estimates.success_low, 1e-9))
        )
    ))) as success_high_90,
    estimates.tasks_observed,
    estimates.expected_cost_usd,
    estimates.is_chosen,
    estimates.is_baseline
from learning.model_estimates as estimates
inner join learning.task_clusters as kinds
    on
        estimates.clustering_version = kinds.clustering_version
        and estimates.cluster_id = kinds.cluster_id
order by kinds.size desc, kinds.cluster_id, estimates.agent_name, estimates.success_low desc
