"""The commands that a bare install has, one module each with `add_arguments` and `run`; `registry` lists all."""
