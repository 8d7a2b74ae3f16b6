insert into learning.ingest_quarantine (path, line_number, byte_offset, reason, excerpt)
values (%(path)s, %(line)s, %(offset)s, %(reason)s, %(excerpt)s)
on conflict (path, byte_offset) do update
set line_number = excluded.line_number, reason = excluded.reason, excerpt = excluded.excerpt
