-- A row that would not change keeps its estimated_at, so that the same history again changes nothing.
insert into learning.model_estimates as kept
select * from new_estimates
on conflict (agent_name, cluster_id, model) do update
    set
        clustering_version = excluded.clustering_version,
        success_rate = excluded.success_rate,
        success_low = excluded.success_low,
        success_sd = excluded.success_sd,
        tasks_observed = excluded.tasks_observed,
        effective_n = excluded.effective_n,
        expected_cost_usd = excluded.expected_cost_usd,
        reliable_probability = excluded.reliable_probability,
        logit = excluded.logit,
        logit_sd = excluded.logit_sd,
        logit_shared_sd = excluded.logit_shared_sd,
        outcomes_to_choose = excluded.outcomes_to_choose,
        is_default = excluded.is_default,
        is_chosen = excluded.is_chosen,
        reason = excluded.reason,
        estimated_at = excluded.estimated_at
    where
        (
            kept.clustering_version, kept.success_rate, kept.success_low, kept.success_sd, kept.tasks_observed,
            kept.effective_n, kept.expected_cost_usd, kept.reliable_probability, kept.logit, kept.logit_sd, kept.logit_shared_sd, kept.outcomes_to_choose, kept.is_default, kept.is_chosen, kept.reason
        ) is distinct from (
            excluded.clustering_version, excluded.success_rate, excluded.success_low, excluded.success_sd,
            excluded.tasks_observed, excluded.effective_n, excluded.expected_cost_usd, excluded.reliable_probability,
            excluded.logit, excluded.logit_sd, excluded.logit_shared_sd,
            excluded.outcomes_to_choose, excluded.is_default, excluded.is_chosen, excluded.reason
        )
