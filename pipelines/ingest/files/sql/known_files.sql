select path, size_bytes, modified_at, object_version
from learning.ingest_files
