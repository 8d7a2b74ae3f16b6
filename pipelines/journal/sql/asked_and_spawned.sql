-- Decisions that were asked for by name and are tied to nothing yet, each with the spawns that began soon after: of the
-- same agent, to do the same, whether it was asked with the short description or without. A spawn whose model a hook
-- has changed or drawn answers to the hook's decision, and one that has another such decision already to that one.
with waiting as materialized (
    select
        decision_id,
        decided_at,
        task_hash,
        agent_name,
        answered_model
    from learning.recommendation_log
    where
        mode = 'library'
        and task_id is null
        and tool_use_id is null
        and decided_at > now() - %(lookback)s::interval
),

-- Each text is hashed once, however many decisions wait.
spawned as materialized (
    select
        task.id,
        task.created_at,
        task.agent_used,
        task.model_used,
        said.text_hash
    from learning.task_history as task
    cross join lateral (
        select task.task_hash as text_hash
        union all
        select
            encode(
                sha256(convert_to(ltrim(substr(task.task_description, length(task.task_title) + 1)), 'UTF8')), 'hex'
            )
        where task.task_title <> '' and starts_with(task.task_description, task.task_title)
    ) as said
    where task.created_at >= (select min(decided_at) from waiting) and task.source <> 'record'
)

select
    waiting.decision_id,
    spawned.id as task_id
from waiting
inner join spawned
    on
        waiting.task_hash = spawned.text_hash
        and spawned.created_at between waiting.decided_at and waiting.decided_at + %(within)s::interval
        and (waiting.agent_name is null or waiting.agent_name = spawned.agent_used)
where
    not exists (
        select from learning.recommendation_log as other
        where
            other.task_id = spawned.id
            and (other.mode = 'library' or other.applied_model is not null or other.trial_arm is not null)
    )
order by
    spawned.created_at,
    spawned.id,
    (spawned.model_used = waiting.answered_model) desc nulls last,
    waiting.decided_at desc,
    waiting.decision_id
