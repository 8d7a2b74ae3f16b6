"""Whose log a file is: Claude Code's own, another orchestrator's, or nobody's that is known."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.ingest.lines import DAMAGE, open_log
from pipelines.ingest.parsing import pieces
from pipelines.ingest.sources import AGENT_PREFIX, DESCRIPTION_SUFFIX, LogFile
from pipelines.ingest.values import storable

CLAUDE_CODE = "claude-code"
_SESSION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl")
_MOST_NAMED = 3


class Unknown(NamedTuple):
    """What to tell of files of no known format: `warnings` where a source that was named has nothing else."""

    warnings: list[str]
    notes: list[str]


def is_transcript(log: LogFile) -> bool:
    """Tell whether to read the file as a transcript; in a Claude home all that nobody else claims is one."""
    kind = kind_of(log)
    return kind == CLAUDE_CODE or (kind is None and _is_in_claude_home(log))


def kind_of(log: LogFile) -> str | None:
    """Return the name of a file's format, None where it is of no known one.

    One that cannot be read, or has no whole line yet, is taken for a transcript: reading it says what is wrong.
    """
    is_own = _is_in_claude_home(log) and (log.path.name.startswith(AGENT_PREFIX) or _SESSION.match(log.path.name))
    if is_own or log.path.name.endswith(DESCRIPTION_SUFFIX):
        return CLAUDE_CODE
    try:
        return _kind_by_content(log)
    except (OSError, *DAMAGE):
        return CLAUDE_CODE


def tell_unknown(sources: Sequence[tuple[Path, Sequence[LogFile]]], changed: Iterable[LogFile]) -> Unknown:
    """Tell of the changed files of no known format, by the sources that were named."""
    told, looked_at = Unknown([], []), set(changed)
    for source, logs in sources:
        is_alone = len(logs) == 1
        unknown = [
            log
            for log in logs
            if log in looked_at and kind_of(log) is None and (is_alone or not _is_in_claude_home(log))
        ]
        if unknown:
            (told.warnings if len(unknown) == len(logs) else told.notes).append(_in_words(source, unknown))
    return told


def is_claude_code(record: Mapping[str, Any]) -> bool:
    """Tell whether a line is one of Claude Code's: of a transcript, or of what it prints as a stream."""
    return "type" in record and bool({"sessionId", "session_id", "parentUuid", "leafUuid", "snapshot"} & record.keys())


def _in_words(source: Path, unknown: Sequence[LogFile]) -> str:
    from pipelines.ingest.formats import formats

    names = ", ".join(storable(str(log.path)) for log in unknown[:_MOST_NAMED])
    if len(unknown) == 1:
        what = f"{names} is not a known format"
    else:
        more = " and others" if len(unknown) > _MOST_NAMED else ""
        what = f"{len(unknown):,} files in {storable(str(source))} are not a known format ({names}{more})"
    known = ", ".join([CLAUDE_CODE, *formats()])
    return f"{what}. Known formats: {known}. `spawnwise schema` prints that of records."


def _is_in_claude_home(log: LogFile) -> bool:
    return "projects" in log.path.parts


@lru_cache(maxsize=65_536)
def _kind_by_content(log: LogFile) -> str | None:
    from pipelines.ingest.formats import claimed_by, first_lines  # imported late: most people have no such logs

    is_begun = True  # no more than a first line that waits for its end
    with open_log(log.path) as stream:
        for line in first_lines(stream):
            found = pieces(line.content)
            for record in filter(None, found.records):
                if is_claude_code(record):
                    return CLAUDE_CODE
                if name := claimed_by(record):
                    return name
            is_begun &= not any(found.records) and (not found.reason or (not line.has_end and found.rest[:1] == b"{"))
    return CLAUDE_CODE if is_begun else None
