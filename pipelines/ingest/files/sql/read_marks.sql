select
    path,
    byte_offset,
    fingerprint,
    lines_read,
    lines_loaded,
    lines_skipped,
    lines_quarantined,
    state
from learning.ingest_files
where path = any(%(paths)s)
