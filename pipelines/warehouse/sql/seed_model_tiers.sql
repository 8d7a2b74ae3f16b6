insert into learning.model_tiers (agent_pattern, default_model, notes)
select %(agent_pattern)s, %(default_model)s, %(notes)s
where not exists (select from learning.model_tiers_history where agent_pattern = %(agent_pattern)s)
on conflict (agent_pattern) do nothing
