-- Assembles the decisions of the estimate stage for their reader. Its tests stand between a bad night and the reader:
-- best_model_per_cluster is built from it, and dbt skips that when one fails.
with estimates as (
    select * from {{ ref('stg_learning__model_estimates') }}
),

defaults as (
    select
        agent_name,
        cluster_id,
        model as default_model,
        expected_cost_usd as default_expected_cost_usd
    from estimates
    where is_default
),

clusters as (
    select
        clustering_version,
        cluster_id,
        cluster_label
    from {{ ref('stg_learning__task_clusters') }}
)

select
    chosen.agent_name,
    chosen.cluster_id,
    chosen.model,
    case when chosen.cluster_id = -1 then 'agent' else 'cluster' end as answer_source,
    chosen.reason,
    chosen.success_rate,
    chosen.success_low,
    chosen.success_sd,
    chosen.tasks_observed,
    chosen.effective_n,
    chosen.expected_cost_usd,
    defaults.default_model,
    defaults.default_expected_cost_usd,
    clusters.cluster_label,
    chosen.clustering_version,
    clusterings.embedding_model,
    chosen.estimated_at
from estimates as chosen
inner join {{ ref('stg_learning__clusterings') }} as clusterings
    on chosen.clustering_version = clusterings.clustering_version
left join defaults on chosen.agent_name = defaults.agent_name and chosen.cluster_id = defaults.cluster_id
left join clusters
    on chosen.clustering_version = clusters.clustering_version and chosen.cluster_id = clusters.cluster_id
where chosen.is_chosen
