-- Assembles the decisions of the estimate stage for their reader. Its tests stand between a bad night and the reader:
-- best_model_per_cluster is built from it, and dbt skips that when one fails.
with estimates as (
    select * from {{ ref('stg_learning__model_estimates') }}
),

clusterings as (
    select * from {{ ref('stg_learning__clusterings') }}
),

clusters as (
    select * from {{ ref('stg_learning__task_clusters') }}
),

work_types as (
    select * from {{ ref('work_types') }}
)

select
    chosen.agent_name,
    chosen.work_type,
    chosen.cluster_id,
    chosen.model,
    case when chosen.cluster_id = -1 and chosen.work_type = '*' then 'agent' else 'cluster' end as answer_source,
    chosen.reason,
    chosen.success_rate,
    chosen.success_low,
    chosen.success_sd,
    chosen.tasks_observed,
    chosen.effective_n,
    chosen.expected_cost_usd,
    baselines.model as baseline_model,
    baselines.expected_cost_usd as baseline_expected_cost_usd,
    chosen.effort,
    coalesce(baselines.effort, '') as baseline_effort,
    -- A kind has a label of its own; a type of work has the name that people know.
    coalesce(
        clusters.cluster_label,
        case when chosen.cluster_id = -1 then work_types.work_type_name end,
        nullif(chosen.work_type, '*')
    ) as cluster_label,
    chosen.clustering_version,
    clusterings.embedding_model,
    chosen.estimated_at
from estimates as chosen
inner join clusterings on chosen.clustering_version = clusterings.clustering_version
left join estimates as baselines
    on
        chosen.agent_name = baselines.agent_name
        and chosen.work_type = baselines.work_type
        and chosen.cluster_id = baselines.cluster_id
        and baselines.is_baseline
left join clusters
    on chosen.clustering_version = clusters.clustering_version and chosen.cluster_id = clusters.cluster_id
left join work_types on chosen.work_type = work_types.work_type
where chosen.is_chosen
