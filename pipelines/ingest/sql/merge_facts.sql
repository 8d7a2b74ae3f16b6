insert into learning.spawn_facts (source, fact_key, is_spawn, prompt_key, agent_keys, parent_keys, facts)
select
    source,
    fact_key,
    is_spawn,
    prompt_key,
    agent_keys,
    parent_keys,
    facts
from staged_facts
on conflict (source, fact_key) do update
set
    is_spawn = excluded.is_spawn,
    prompt_key = excluded.prompt_key,
    agent_keys = excluded.agent_keys,
    parent_keys = excluded.parent_keys,
    facts = excluded.facts
