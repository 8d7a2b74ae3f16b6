select path, size_bytes, modified_at
from learning.ingest_files
