select * from marts.spec_model_drift
order by tasks_observed desc, agent_name
