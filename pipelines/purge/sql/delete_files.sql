delete from learning.ingest_files
where path in (select path from purged_files)
