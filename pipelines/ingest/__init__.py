"""Session logs and agent specs become rows of task_history and agent_specs."""
