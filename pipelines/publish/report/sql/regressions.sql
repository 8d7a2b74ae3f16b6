select * from marts.model_regressions
order by week desc, model
