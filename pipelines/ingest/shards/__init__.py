"""Many machines: shards of log files are read, redacted and embedded by the workers of a Dask scheduler."""
