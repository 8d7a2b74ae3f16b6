-- What a lookup answers in place of each model that ran, where that is another one.
-- depends_on: {{ ref('best_model_per_cluster') }}
select
    agent_name,
    cluster_id,
    from_model,
    to_model
from {{ ref('stg_learning__lookup_answers') }}
where to_model <> from_model
