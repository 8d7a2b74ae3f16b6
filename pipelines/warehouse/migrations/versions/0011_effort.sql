alter table learning.task_history
add column effort_requested text,
add column effort_used text;
comment on column learning.task_history.effort_requested is
'The effort that the call, or a hook in its place, asked for; null where none was named.';
comment on column learning.task_history.effort_used is
'The effort of most of the agent''s messages, else of its last request; null where no log tells.';
comment on column learning.task_history.model_source is
'Where the model was seen: observed (in messages or requests), result, described (beside the agent''s log), requested,
built_in, parent or unknown.';
