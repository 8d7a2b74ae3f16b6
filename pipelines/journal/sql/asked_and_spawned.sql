-- Decisions that were asked for by name and are tied to nothing yet, each with the spawns that began soon after: of the same
-- agent, to do the same, whether it was asked with the short description or without. A spawn whose model a hook has
-- changed or drawn answers to the hook's decision, and one that has another such decision already to that one.
select
    log.decision_id,
    spawned.id as task_id
from learning.recommendation_log as log
cross join lateral (
    select
        task.id,
        task.created_at,
        task.model_used
    from learning.task_history as task
    where
        task.created_at between log.decided_at and log.decided_at + %(within)s::interval
        and task.source <> 'record'
        and (log.agent_name is null or task.agent_used = log.agent_name)
        and (
            task.task_hash = log.task_hash
            or (
                starts_with(task.task_description, task.task_title)
                and log.task_hash = encode(
                    sha256(convert_to(ltrim(substr(task.task_description, length(task.task_title) + 1)), 'UTF8')), 'hex'
                )
            )
        )
        and not exists (
            select from learning.recommendation_log as other
            where
                other.task_id = task.id
                and (other.mode = 'library' or other.applied_model is not null or other.trial_arm is not null)
        )
) as spawned
where
    log.mode = 'library'
    and log.task_id is null
    and log.tool_use_id is null
    and log.decided_at > now() - %(lookback)s::interval
order by
    spawned.created_at,
    spawned.id,
    (spawned.model_used = log.answered_model) desc nulls last,
    log.decided_at desc,
    log.decision_id
