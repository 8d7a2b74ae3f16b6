-- A plugin's agent is spawned as plugin:agent, and its spec may bear the bare name.
with specs as (
    select
        agent_name,
        spec_path,
        declared_model,
        first_seen_at
    from {{ ref('stg_learning__agent_specs') }}
    where not is_removed
),

spawned as (
    select
        agent_name,
        split_part(agent_name, ':', -1) as bare_name,
        count(*)::integer as count_spawns,
        min(spawned_at) as first_spawned_at,
        max(spawned_at) as last_spawned_at
    from {{ ref('stg_learning__task_history') }}
    where is_time_possible and spawned_at <= {{ as_of() }}
    group by agent_name
),

-- The full name wins over the bare one.
matched as (
    select distinct on (spawned.agent_name)
        spawned.agent_name,
        specs.agent_name as spec_name
    from spawned
    inner join specs on specs.agent_name in (spawned.agent_name, spawned.bare_name)
    order by spawned.agent_name asc, specs.agent_name = spawned.agent_name desc
),

names as (
    select
        spawned.agent_name,
        matched.spec_name
    from spawned
    left join matched on spawned.agent_name = matched.agent_name
    union
    select
        specs.agent_name,
        specs.agent_name as spec_name
    from specs
    where specs.agent_name not in (select matched.spec_name from matched)
)

select
    names.agent_name,
    names.spec_name,
    specs.spec_path,
    specs.declared_model,
    specs.first_seen_at as spec_first_seen_at,
    coalesce(spawned.count_spawns, 0) as count_spawns,
    spawned.first_spawned_at,
    spawned.last_spawned_at
from names
left join specs on names.spec_name = specs.agent_name
left join spawned on names.agent_name = spawned.agent_name
