select agent_pattern, default_model from learning.model_tiers order by agent_pattern
