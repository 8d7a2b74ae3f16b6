create temp table if not exists staged_vectors (task_hash text, vector halfvec) on commit delete rows
