select * from marts.unused_agents
where window_days = %(window_days)s
order by status, count_spawns_in_window desc, agent_name
