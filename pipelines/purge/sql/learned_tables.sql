-- What is made again from the rest.
select schemaname, tablename
from pg_tables
where
    schemaname in ('intermediate', 'marts', 'serving') and tablename <> 'best_model_history'
    or schemaname = 'learning' and tablename in ('lookup_answers', 'model_estimates')
order by schemaname, tablename
