-- This machine's journal is rewritten, and read again from its beginning; what others sent here stays read.
delete from learning.ingest_files
where source = 'journal' and path = any(%s)
