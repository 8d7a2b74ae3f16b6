-- name: stage_decisions
create temp table if not exists staged_decisions (like learning.recommendation_log including defaults) on commit drop

-- name: merge_decisions
-- Where a hook had the call made again, the newest note of the decision names the call that ran.
insert into learning.recommendation_log as held ({columns})
select distinct on (decision_id) {columns}
from staged_decisions
order by decision_id, decided_at desc
on conflict (decision_id) do update
set decided_at = excluded.decided_at, tool_use_id = excluded.tool_use_id
where held.decided_at < excluded.decided_at

-- name: tie_decisions
update learning.recommendation_log as log
set task_id = pairs.task_id
from unnest(%(decisions)s::uuid [], %(tasks)s::uuid []) as pairs (decision_id, task_id)
where log.decision_id = pairs.decision_id

-- name: stage_feedback
create temp table if not exists staged_feedback (like learning.feedback, place integer generated always as identity)
on commit drop

-- name: merge_feedback
insert into learning.feedback as held (target, is_good, remark, given_at)
select distinct on (target) target, is_good, remark, given_at
from staged_feedback
order by target, given_at desc, place
on conflict (target) do update
set is_good = excluded.is_good, remark = excluded.remark, given_at = excluded.given_at
where held.given_at < excluded.given_at

-- name: stage_stops
create temp table if not exists staged_stops (like learning.agent_stops) on commit drop

-- name: merge_stops
insert into learning.agent_stops as held (agent_run_id, session_id, agent_name, resolved_model, stopped_at)
select
    agent_run_id,
    (array_agg(session_id order by stopped_at))[1],
    (array_agg(agent_name order by stopped_at))[1],
    (array_agg(resolved_model order by stopped_at desc) filter (where resolved_model is not null))[1],
    max(stopped_at)
from staged_stops
group by agent_run_id
on conflict (agent_run_id) do update
set resolved_model = coalesce(excluded.resolved_model, held.resolved_model), stopped_at = excluded.stopped_at
where held.stopped_at < excluded.stopped_at
