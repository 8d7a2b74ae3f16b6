"""The nightly learning run: a Dagster code location, one folder a stage, in the order data flows."""
