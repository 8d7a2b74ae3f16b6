select agent_pattern, default_model from serving.agent_tiers order by agent_pattern
