insert into learning.ingest_files as held (
    path,
    source,
    fingerprint,
    size_bytes,
    modified_at,
    object_version,
    byte_offset,
    lines_read,
    lines_loaded,
    lines_skipped,
    lines_quarantined,
    writer_version,
    state
)
values (
    %(path)s,
    %(source)s,
    %(fingerprint)s,
    %(size)s,
    %(modified_at)s,
    %(object_version)s,
    %(offset)s,
    %(read)s,
    %(loaded)s,
    %(skipped)s,
    %(quarantined)s,
    %(version)s,
    %(state)s
)
on conflict (path) do update
set
    source = excluded.source,
    fingerprint = excluded.fingerprint,
    size_bytes = excluded.size_bytes,
    modified_at = excluded.modified_at,
    object_version = excluded.object_version,
    byte_offset = excluded.byte_offset,
    lines_read = excluded.lines_read,
    lines_loaded = excluded.lines_loaded,
    lines_skipped = excluded.lines_skipped,
    lines_quarantined = excluded.lines_quarantined,
    writer_version = coalesce(excluded.writer_version, held.writer_version),
    state = excluded.state,
    updated_at = now()
