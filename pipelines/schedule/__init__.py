"""The nightly run by the scheduler of the machine, for those who do not keep Dagster up."""
