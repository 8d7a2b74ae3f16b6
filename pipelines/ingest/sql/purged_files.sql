select path_hash, size_bytes, modified_at
from learning.purged_files
