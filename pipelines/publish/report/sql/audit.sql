select * from marts.audit
where agent_name = '*' or model = '*' or count_outcomes >= 5
order by agent_name <> '*' or model <> '*', count_outcomes desc, agent_name, model
