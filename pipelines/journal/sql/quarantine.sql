insert into learning.ingest_quarantine (path, line_number, byte_offset, reason)
values (%s, %s, %s, %s)
on conflict (path, byte_offset) do update set line_number = excluded.line_number, reason = excluded.reason
