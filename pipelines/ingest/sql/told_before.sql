-- Rows without facts, as an earlier version left them, in the words of what is told of a whole spawn.
select
    task.source_key,
    jsonb_build_object(
        'spawned_ms', round(extract(epoch from task.created_at) * 1000),
        'finished_ms', round(extract(epoch from task.finished_at) * 1000),
        'project', task.project,
        'repository', task.repository,
        'user', task.user_name,
        'host', task.host,
        'session', task.session_id,
        'parent', parent.source_key,
        'agent', task.agent_used,
        'title', task.task_title,
        'task', task.task_description,
        'model', task.model_resolved,
        'model_seen', case when task.model_source in ('observed', 'recorded') then task.model_source end,
        'requested', task.model_requested,
        'parent_model', task.model_parent,
        'status', task.status,
        'is_error', nullif(task.is_error, false),
        'error', task.error_message,
        'duration_ms', task.duration_ms,
        'tool_uses', task.tool_uses,
        'tokens', task.reported_tokens,
        'input_tokens', task.input_tokens,
        'output_tokens', task.output_tokens,
        'cache_read_tokens', task.cache_read_tokens,
        'cache_write_tokens', task.cache_write_tokens,
        'cost_usd', task.cost_usd,
        'version', task.writer_version,
        'success', signs.success,
        'signals 0', signs.others
    )
from learning.task_history as task
left join learning.task_history as parent on task.parent_task_id = parent.id
left join learning.spawn_facts as known on task.source = known.source and task.source_key = known.fact_key
left join lateral (
    select
        jsonb_agg(jsonb_build_array(held.signal, held.evidence_file, held.evidence_line))
        filter (where not starts_with(held.signal, 'recorded_')) as others,
        (
            array_agg(jsonb_build_array(held.signal = 'recorded_success', held.evidence_file, held.evidence_line))
            filter (where starts_with(held.signal, 'recorded_'))
        )[1] as success
    from learning.outcome_signals as held
    where held.task_id = task.id and held.evidence_file not in ('', 'feedback')
) as signs on true
where task.source = %(source)s and task.source_key = any(%(keys)s) and known.fact_key is null
