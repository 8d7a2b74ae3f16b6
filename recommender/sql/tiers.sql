select
    agent_pattern,
    default_model,
    is_own
from serving.agent_tiers
order by agent_pattern
