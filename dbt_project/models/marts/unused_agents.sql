-- Agents that nobody calls, and agents that are called although no spec says what they do.
with in_window as (
    select
        window_days,
        agent_name,
        sum(count_spawns)::integer as count_spawns_in_window
    from {{ ref('int_agent_kinds') }}
    group by window_days, agent_name
),

judged as (
    select
        windows.window_days,
        agents.agent_name,
        case
            when agents.spec_name is null and in_window.count_spawns_in_window > 0 then 'no_spec'
            when agents.spec_name is not null and agents.count_spawns = 0 then 'never_spawned'
            when agents.spec_name is not null and coalesce(in_window.count_spawns_in_window, 0) = 0
                then 'not_spawned_in_window'
        end as status,
        agents.spec_path,
        agents.declared_model,
        coalesce(in_window.count_spawns_in_window, 0) as count_spawns_in_window,
        agents.count_spawns as count_spawns_ever,
        agents.last_spawned_at,
        agents.spec_first_seen_at
    from {{ ref('int_agents') }} as agents
    cross join {{ ref('int_windows') }} as windows
    left join in_window
        on agents.agent_name = in_window.agent_name and windows.window_days = in_window.window_days
    -- The orchestrator's own agents come without a spec: nothing to fix.
    where
        agents.spec_name is not null
        or agents.agent_name not in (select built_in.agent_name from {{ ref('built_in_agents') }} as built_in)
)

select *
from judged
where status is not null
