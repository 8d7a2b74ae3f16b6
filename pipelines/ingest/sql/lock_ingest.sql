-- Facts are read, joined and written back: nobody else may do the same in between.
select pg_advisory_xact_lock(hashtext('spawnwise.ingest'))
