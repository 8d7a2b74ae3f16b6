create temp table staged_vectors (task_hash text, vector vector) on commit drop
