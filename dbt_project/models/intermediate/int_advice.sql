-- What the published table says to each agent and kind seen, backing off as a lookup does: agent and kind, kind,
-- agent, any.
with cells as (
    select distinct
        agent_name,
        cluster_id
    from {{ ref('int_tasks') }}
)

select distinct on (cells.agent_name, cells.cluster_id)
    cells.agent_name,
    cells.cluster_id,
    best.model,
    best.default_model,
    best.success_rate
from cells
inner join {{ ref('best_model_per_cluster') }} as best
    on
        best.agent_name in (cells.agent_name, '*')
        and best.cluster_id in (cells.cluster_id, -1)
order by
    cells.agent_name asc,
    cells.cluster_id asc,
    (best.cluster_id = -1)::integer asc,
    (best.agent_name = '*')::integer asc
