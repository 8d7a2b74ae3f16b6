select * from marts.model_comparison
order by abs(difference) desc, cluster_id, model, other_model
