select
    agent_name,
    declared_model
from learning.agent_specs
where removed_at is null
