"""Which files are logs, by their names alone."""

from functools import cache

from pipelines.ingest.files.log_file import AGENT_PREFIX
from pipelines.ingest.sources import sources
from pipelines.ingest.sources.claude_code import DESCRIPTION_SUFFIX

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
# Side by side in a checkpoint of Entire's: a whole session, and its contents once more in other words.
FULL_TRANSCRIPT, SHORT_TRANSCRIPT = "full.jsonl", "transcript.jsonl"


def is_log(file_name: str) -> bool:
    """Tell from its name whether a file under a folder is a log."""
    is_description = file_name.startswith(AGENT_PREFIX) and file_name.endswith(DESCRIPTION_SUFFIX)
    is_log = is_description or file_name.endswith(SUFFIXES) or file_name.endswith(other_suffixes())
    is_rest = file_name.startswith(f"{FULL_TRANSCRIPT}.") and file_name[-3:].isdigit()  # of a long one
    return is_log or is_rest


@cache
def other_suffixes() -> tuple[str, ...]:
    """Return the suffixes of files that are not lines."""
    return tuple(suffix for source in sources() for suffix in source.suffixes)
