insert into learning.learning_runs (run_id, started_at, finished_at, status, counters)
values (%(run_id)s, %(started_at)s, clock_timestamp(), 'published', %(counters)s)
on conflict (run_id) do update set finished_at = excluded.finished_at, counters = excluded.counters
