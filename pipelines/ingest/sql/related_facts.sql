-- Facts of the same spawns, agents, parents and children. Each key is looked up by itself (offset 0 keeps it so): whether
-- two long lists have one in common would be asked of every row.
with searched as (
    select key
    from unnest(%(keys)s::text []) as keys (key)
),

related as (
    select facts.fact_key
    from searched
    inner join learning.spawn_facts as facts on searched.key = facts.fact_key
    where facts.source = %(source)s

    union

    select of_agent.fact_key
    from searched
    cross join lateral (
        select facts.fact_key
        from learning.spawn_facts as facts
        where
            facts.agent_keys @> array[searched.key]
            and facts.agent_keys <> '{}'
            and facts.source = %(source)s
        offset 0
    ) as of_agent
    where starts_with(searched.key, 'agent:')

    union

    select of_parent.fact_key
    from searched
    cross join lateral (
        select facts.fact_key
        from learning.spawn_facts as facts
        where
            facts.parent_keys @> array[searched.key]
            and facts.parent_keys <> '{}'
            and facts.source = %(source)s
        offset 0
    ) as of_parent

    union

    select facts.fact_key
    from unnest(%(prompts)s::text []) as prompts (prompt_key)
    inner join learning.spawn_facts as facts on prompts.prompt_key = facts.prompt_key
    where facts.source = %(source)s
)

select
    facts.fact_key,
    facts.facts
from related
inner join learning.spawn_facts as facts on related.fact_key = facts.fact_key
where facts.source = %(source)s and not facts.fact_key = any(%(known)s)
