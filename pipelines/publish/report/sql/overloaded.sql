select * from marts.overloaded_agents
where window_days = %(window_days)s
order by success_high, agent_name
