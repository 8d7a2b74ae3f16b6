-- Facts of the same spawns, agents, parents and children.
select fact_key, facts
from learning.spawn_facts
where
    source = %(source)s
    and not fact_key = any(%(known)s)
    and (
        fact_key = any(%(keys)s)
        or agent_keys && %(keys)s::text []
        or parent_keys && %(keys)s::text []
        or prompt_key = any(%(prompts)s)
    )
