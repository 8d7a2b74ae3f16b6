-- Hooks name a spawn by its call; some logs key it by the agent that the call led to.
alter table learning.task_history add column call_id text;
create index task_history_call on learning.task_history (call_id) where call_id is not null;
comment on column learning.task_history.call_id is
'The call that spawned the agent, as hooks name it; null where source_key is that call, or no log tells.';

-- Those that were asked for by name, whose spawns are found by their text.
create index recommendation_log_unseen on learning.recommendation_log (decided_at)
where mode = 'library' and task_id is null and tool_use_id is null;
comment on column learning.recommendation_log.obstacle is
'Why the hook left the call alone: explicit_model, explicit_effort, own_configuration, fork, resumed, pinned, opted_out,
forced or not_an_alias; null for none. Older journals have left_alone for several of them.';

-- These logs are read once more, for the calls that they tell of. One that is gone stays as read.
update learning.ingest_files
set fingerprint = '', byte_offset = 0, size_bytes = -1, state = state - 'memory'
where source in ('codex', 'opencode', 'otel');
