"""What the recommender noted at spawn time -> recommendation_log, recorded tasks, feedback."""
