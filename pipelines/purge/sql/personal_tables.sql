-- All but what the user has set, and what is needed to remember the purge.
select schemaname, tablename
from pg_tables
where
    schemaname = 'learning'
    and tablename not in ('alembic_version', 'model_tiers', 'model_tiers_history', 'purges', 'purged_files')
    or schemaname = 'intermediate' and tablename = 'best_model_history'
order by schemaname, tablename
