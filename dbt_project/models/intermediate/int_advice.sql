-- What a lookup answers where the usual model would run. Where a test keeps best_model_per_cluster from being
-- published, the answers of the last good night stand here too.
-- depends_on: {{ ref('best_model_per_cluster') }}
select
    agent_name,
    cluster_id,
    to_model as model,
    from_model as baseline_model,
    success_rate
from {{ ref('stg_learning__lookup_answers') }}
where is_usual
