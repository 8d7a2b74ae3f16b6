select run_id, finished_at, counters
from learning.learning_runs
where status = 'published'
order by finished_at desc
limit 2
