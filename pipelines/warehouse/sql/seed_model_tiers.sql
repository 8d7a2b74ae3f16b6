insert into learning.model_tiers as held (agent_pattern, default_model, notes, is_own)
select %(agent_pattern)s, %(default_model)s, %(notes)s, false
where not exists (select from learning.model_tiers_history where agent_pattern = %(agent_pattern)s)
on conflict (agent_pattern) do update
set is_own = false
where held.is_own and (held.default_model, held.notes) = (excluded.default_model, excluded.notes)
