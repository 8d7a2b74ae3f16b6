select indexname
from pg_indexes
where
    schemaname = 'learning' and tablename = 'task_history'
    and indexname like 'task\_embedding\_%%' and indexname <> %(index)s
