-- The journal is rewritten, and read again from its beginning.
delete from learning.ingest_files
where source = 'journal'
