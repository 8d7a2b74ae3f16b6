insert into learning.agent_stops as held (agent_run_id, session_id, agent_name, resolved_model, stopped_at)
select %(agent_run_id)s, %(session_id)s, %(agent)s, %(resolved_model)s, %(at)s
where %(agent_run_id)s::text is not null
on conflict (agent_run_id) do update
set resolved_model = coalesce(excluded.resolved_model, held.resolved_model), stopped_at = excluded.stopped_at
where held.stopped_at < excluded.stopped_at
