-- How far apart the tasks and the specs of two agents are. Distances are taken here, where the vectors are.
with tasks as (
    select
        agents.spec_name as agent_name,
        history.id as task_id,
        history.embedding_model,
        history.task_embedding
    from {{ source('learning', 'task_history_with_embeddings') }} as history
    inner join {{ ref('int_agents') }} as agents on history.agent_used = agents.agent_name
    cross join {{ ref('int_windows') }} as windows
    where
        windows.is_main
        and agents.spec_name is not null
        and history.task_embedding is not null
        and history.created_at > windows.spawned_from
        and history.created_at <= windows.spawned_until
        and {{ is_time_possible('history.created_at', 'history.updated_at') }}
),

centres as (
    select
        agent_name,
        embedding_model,
        count(*)::integer as count_tasks,
        avg(task_embedding order by task_id) as centre  -- in one order, so that a rebuild gives the same digits
    from tasks
    group by agent_name, embedding_model
    having count(*) >= {{ var('overlap_min_tasks') }}
),

spreads as (
    select
        centres.agent_name,
        centres.embedding_model,
        centres.count_tasks,
        centres.centre,
        avg(tasks.task_embedding <=> centres.centre order by tasks.task_id) as spread
    from centres
    inner join tasks on centres.agent_name = tasks.agent_name and centres.embedding_model = tasks.embedding_model
    group by centres.agent_name, centres.embedding_model, centres.count_tasks, centres.centre
)

select
    one.embedding_model,
    one.agent_name,
    other.agent_name as other_agent_name,
    one.count_tasks,
    other.count_tasks as other_count_tasks,
    one.centre <=> other.centre as task_distance,
    least(one.spread, other.spread) as spread,
    one_spec.spec_embedding <=> other_spec.spec_embedding as spec_distance
from spreads as one
inner join spreads as other on one.embedding_model = other.embedding_model and one.agent_name < other.agent_name
left join {{ source('learning', 'agent_embeddings') }} as one_spec
    on one.agent_name = one_spec.agent_name and one.embedding_model = one_spec.embedding_model
left join {{ source('learning', 'agent_embeddings') }} as other_spec
    on other.agent_name = other_spec.agent_name and other.embedding_model = other_spec.embedding_model
