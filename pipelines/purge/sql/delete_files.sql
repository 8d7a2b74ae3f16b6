-- The journal is rewritten, and read again from its beginning.
delete from learning.ingest_files
where source = 'journal' or path in (select path from purged_files)
