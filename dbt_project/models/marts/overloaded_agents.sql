-- Many tasks, mixed success: the seed's rule, with how sure it is and where the agent could be split.
with agents as (
    select
        window_days,
        agent_name,
        sum(count_spawns)::integer as count_spawns,
        sum(count_known)::integer as count_known,
        sum(count_successes)::integer as count_successes,
        sum(previous_count_known)::integer as previous_count_known,
        sum(previous_count_successes)::integer as previous_count_successes
    from {{ ref('int_agent_kinds') }}
    group by window_days, agent_name
),

overloaded as (
    select
        *,
        count_successes::double precision / count_known as success_rate,
        {{ wilson_bound('count_successes', 'count_known', 'low') }} as success_low,
        {{ wilson_bound('count_successes', 'count_known', 'high') }} as success_high,
        previous_count_successes::double precision / nullif(previous_count_known, 0) as previous_success_rate
    from agents
    where
        count_spawns > {{ var('overloaded_min_tasks') }}
        and count_known > 0
        and count_successes < {{ var('overloaded_max_success') }} * count_known
),

-- The kind that costs the agent the most successes, against its own rate on the rest of its work.
worst_kind as (
    select distinct on (overloaded.window_days, overloaded.agent_name)
        overloaded.window_days,
        overloaded.agent_name,
        kinds.cluster_id,
        kinds.cluster_label,
        kinds.count_known,
        kinds.count_successes::double precision / kinds.count_known as success_rate,
        (overloaded.count_successes - kinds.count_successes)::double precision
        / nullif(overloaded.count_known - kinds.count_known, 0) as rest_success_rate
    from overloaded
    inner join {{ ref('int_agent_kinds') }} as kinds
        on overloaded.window_days = kinds.window_days and overloaded.agent_name = kinds.agent_name
    where
        kinds.cluster_id >= 0
        and kinds.count_known > 0
        and kinds.count_successes < overloaded.success_rate * kinds.count_known
    order by
        overloaded.window_days asc,
        overloaded.agent_name asc,
        overloaded.success_rate * kinds.count_known - kinds.count_successes desc,
        kinds.cluster_id asc
)

select
    overloaded.window_days,
    overloaded.agent_name,
    overloaded.count_spawns,
    overloaded.count_known,
    overloaded.success_rate,
    overloaded.success_low,
    overloaded.success_high,
    overloaded.success_high < {{ var('overloaded_max_success') }} as is_certain,
    overloaded.previous_count_known,
    overloaded.previous_success_rate,
    overloaded.success_rate - overloaded.previous_success_rate as success_change,
    worst_kind.cluster_id as split_cluster_id,
    worst_kind.cluster_label as split_cluster_label,
    worst_kind.count_known as split_count_known,
    worst_kind.success_rate as split_success_rate,
    worst_kind.rest_success_rate as success_rate_without_split
from overloaded
left join worst_kind
    on overloaded.window_days = worst_kind.window_days and overloaded.agent_name = worst_kind.agent_name
