-- Microseconds since 1970: ten thousand numbers are read and compared sooner than as many times.
select
    path,
    size_bytes,
    (extract(epoch from modified_at) * 1000000)::bigint as modified_us,
    object_version
from learning.ingest_files
