"""Where a session worked."""

import re

from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import name

_CODED = re.compile(r"[^a-zA-Z0-9]")  # what Claude Code replaces in the path that names a project's folder


def project_of(folder: str, coded: str) -> str:
    """Return the path of the project, redacted: the folder above the working one under which its logs are kept.

    A session may change into a folder of the project; where none above is the coded one, the working folder is taken.
    """
    path = folder.replace("\\", "/").rstrip("/")
    parts = path.split("/")
    above = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return name(redact_stored(next((place for place in above if _CODED.sub("-", place) == coded), path)))
