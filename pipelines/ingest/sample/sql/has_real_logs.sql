select exists (
    select from learning.ingest_files
    where source <> 'journal' and path not like %(inside)s
)
