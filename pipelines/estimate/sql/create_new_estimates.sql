create temporary table new_estimates (like learning.model_estimates including defaults) on commit drop
