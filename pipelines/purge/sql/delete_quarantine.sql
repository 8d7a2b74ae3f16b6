delete from learning.ingest_quarantine
where
    quarantined_at < %(everybodys_before)s
    or path in (select path from purged_files)
    or path not in (select path from learning.ingest_files)
