"""The dbt project as a stage: outcomes before the estimates, marts and serving tables after them."""
