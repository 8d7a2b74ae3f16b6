-- A file that is read anew is judged anew.
delete from learning.ingest_quarantine
where path = %(path)s and byte_offset >= %(start)s
