insert into learning.ingest_files as held (
    path, source, fingerprint, size_bytes, modified_at, byte_offset, lines_read, lines_loaded, lines_quarantined
)
values (
    %(path)s, %(source)s, '', %(size)s, %(modified_at)s, %(offset)s, %(read)s, %(loaded)s, %(quarantined)s
)
on conflict (path) do update
set
    size_bytes = excluded.size_bytes,
    modified_at = excluded.modified_at,
    byte_offset = excluded.byte_offset,
    lines_read = held.lines_read + excluded.lines_read,
    lines_loaded = held.lines_loaded + excluded.lines_loaded,
    lines_quarantined = held.lines_quarantined + excluded.lines_quarantined,
    updated_at = now()
