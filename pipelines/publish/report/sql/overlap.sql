select * from marts.agent_overlap
order by shared_kinds_share desc, agent_name, other_agent_name
