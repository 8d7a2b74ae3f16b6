"""The commands of `spawnwise` that need the pipeline, one module each with `add_arguments` and `run`."""
