-- A file that is read again is judged again.
delete from learning.ingest_quarantine
where path = %(path)s and byte_offset >= %(start)s
