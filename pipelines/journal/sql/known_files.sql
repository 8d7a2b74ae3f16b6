select path, byte_offset, lines_read from learning.ingest_files where source = %s
