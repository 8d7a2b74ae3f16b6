select * from marts.best_model_changes
where changed_at > coalesce(%(since)s, '-infinity'::timestamptz)
order by (change = 'changed') desc, (agent_name = '*'), (cluster_id = -1), tasks_observed desc nulls last, agent_name, cluster_id
