insert into learning.purged_files (path_hash, size_bytes, modified_at)
select learning.hashed(file.path), file.size_bytes, file.modified_at
from learning.ingest_files as file
inner join purged_files on file.path = purged_files.path
on conflict (path_hash) do update
set size_bytes = excluded.size_bytes, modified_at = excluded.modified_at
