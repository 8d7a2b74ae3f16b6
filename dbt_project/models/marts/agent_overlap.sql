-- Two agents get the same tasks where the kinds they do are shared and, within these, the centres of their tasks lie
-- closer together than the tasks of either lie around their own: kinds alone may be wider than an agent's work.
with kinds as (
    select
        agents.spec_name as agent_name,
        counts.cluster_id,
        counts.cluster_label,
        sum(counts.count_spawns) / sum(sum(counts.count_spawns)) over (partition by agents.spec_name) as share
    from {{ ref('int_agent_kinds') }} as counts
    inner join {{ ref('int_windows') }} as windows on counts.window_days = windows.window_days
    inner join {{ ref('int_agents') }} as agents on counts.agent_name = agents.agent_name
    where windows.is_main and agents.spec_name is not null and counts.count_spawns > 0
    group by agents.spec_name, counts.cluster_id, counts.cluster_label
),

shared as (
    select
        one.agent_name,
        other.agent_name as other_agent_name,
        sum(least(one.share, other.share))::double precision as shared_kinds_share,
        string_agg(
            one.cluster_label, '; ' order by least(one.share, other.share) desc, one.cluster_label asc
        ) as shared_kinds
    from kinds as one
    inner join kinds as other on one.cluster_id = other.cluster_id and one.agent_name < other.agent_name
    group by one.agent_name, other.agent_name
)

select
    pairs.embedding_model,
    pairs.agent_name,
    pairs.other_agent_name,
    pairs.count_tasks,
    pairs.other_count_tasks,
    shared.shared_kinds_share,
    shared.shared_kinds,
    round((pairs.task_distance / nullif(pairs.spread, 0))::numeric, 6)::double precision as task_distance_ratio,
    round(pairs.spec_distance::numeric, 6)::double precision as spec_distance
from {{ ref('int_agent_pairs') }} as pairs
inner join shared
    on pairs.agent_name = shared.agent_name and pairs.other_agent_name = shared.other_agent_name
where
    shared.shared_kinds_share >= {{ var('overlap_min_share') }}
    and pairs.task_distance <= {{ var('overlap_max_distance') }} * pairs.spread
