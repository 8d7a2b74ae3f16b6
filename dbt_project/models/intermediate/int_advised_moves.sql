-- What would run in place of each model: where the published answer differs from the baseline, and where another model
-- than usual ran that the logs alone decide against. The narrowest scope speaks.
with cells as (
    select distinct
        agent_name,
        work_type,
        cluster_id
    from {{ ref('int_tasks') }}
),

advice as (
    select * from {{ ref('int_advice') }}
    where model <> baseline_model
),

decided as (
    select * from {{ ref('stg_learning__trials') }}
    where state = 'proposed' and is_decided_by_logs and project is null
),

moves as (
    select
        agent_name,
        cluster_id,
        baseline_model as from_model,
        model as to_model,
        0 as breadth
    from advice

    union all

    select
        cells.agent_name,
        cells.cluster_id,
        decided.baseline_model as from_model,
        decided.candidate_model as to_model,
        1 + 4 * (decided.work_type = '*')::integer + 2 * (decided.agent_name = '*')::integer
        + (decided.cluster_id = -1)::integer as breadth
    from cells
    inner join decided
        on
            (cells.agent_name = decided.agent_name or decided.agent_name = '*')
            and (cells.work_type = decided.work_type or decided.work_type = '*')
            and (cells.cluster_id = decided.cluster_id or decided.cluster_id = -1)
)

select distinct on (agent_name, cluster_id, from_model)
    agent_name,
    cluster_id,
    from_model,
    to_model
from moves
order by agent_name, cluster_id, from_model, breadth, to_model
