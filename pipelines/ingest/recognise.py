"""Which files are Claude Code's own, and which are another orchestrator's."""

from pipelines.ingest.files.find import DESCRIPTION_SUFFIX, LogFile
from pipelines.ingest.files.lines import DAMAGE, open_log


def is_transcript(log: LogFile) -> bool:
    """Tell whether to read the file as a transcript: all that lies in a Claude home is, and what nobody else claims."""
    if "projects" in log.path.parts or log.path.name.endswith(DESCRIPTION_SUFFIX):
        return True
    from pipelines.ingest.formats import format_of  # imported late: most people have no such logs

    try:
        with open_log(log.path) as stream:
            return format_of(stream) is None
    except (OSError, *DAMAGE):
        return True  # reading it will say what is wrong
