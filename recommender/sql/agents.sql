select distinct on (agent_name)
    agent_name,
    declared_model,
    description,
    project,
    tools,
    case when embedding_model = %(embedding_model)s then spec_vector end as spec_vector
from serving.agent_directory
order by agent_name, (embedding_model = %(embedding_model)s) desc nulls last
