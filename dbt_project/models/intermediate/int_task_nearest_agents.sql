-- Distances are taken here, where the vectors are, and only numbers leave. Each distinct text is measured once.
with texts as (
    select distinct on (tasks.task_hash, tasks.embedding_model)
        tasks.task_hash,
        tasks.embedding_model,
        tasks.task_embedding
    from {{ source('learning', 'task_history_with_embeddings') }} as tasks
    cross join {{ ref('int_windows') }} as windows
    where
        windows.is_main
        and tasks.task_embedding is not null
        and tasks.created_at > windows.spawned_from
        and tasks.created_at <= windows.spawned_until
        and {{ is_time_possible('tasks.created_at', 'tasks.updated_at') }}
    order by tasks.task_hash, tasks.embedding_model
),

-- Joined once, not once for each text.
agents as materialized (
    select
        embeddings.agent_name,
        embeddings.embedding_model,
        embeddings.spec_embedding
    from {{ source('learning', 'agent_embeddings') }} as embeddings
    inner join {{ ref('stg_learning__agent_specs') }} as specs on embeddings.agent_name = specs.agent_name
    where not specs.is_removed
)

select
    texts.task_hash,
    texts.embedding_model,
    nearest.agent_name,
    nearest.distance,
    row_number() over (
        partition by texts.task_hash, texts.embedding_model
        order by nearest.distance, nearest.agent_name
    )::integer as nearness_rank
from texts
cross join lateral (
    select
        agents.agent_name,
        agents.spec_embedding <=> texts.task_embedding as distance
    from agents
    -- Vectors of two embedding models are never compared.
    where agents.embedding_model = texts.embedding_model
    order by distance asc, agents.agent_name asc
    limit 3
) as nearest
