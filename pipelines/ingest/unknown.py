"""What is said of files of no known format."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.sources import sources
from pipelines.ingest.sources.claude_code import is_in_home
from pipelines.ingest.values import shown_path

_MOST_NAMED = 3


class Unknown(NamedTuple):
    """What to tell of files of no known format: `warnings` where a source that was named has nothing else."""

    warnings: list[str]
    notes: list[str]


def tell_unknown(by_source: Sequence[tuple[Path, Sequence[LogFile]]], unknown: Collection[LogFile]) -> Unknown:
    """Tell of the files that no source claims, by the places that were named; in a Claude home only of one alone."""
    told = Unknown([], [])
    for place, logs in by_source if unknown else ():
        here = [log for log in logs if log in unknown and (len(logs) == 1 or not is_in_home(log.path))]
        if here:
            (told.warnings if len(here) == len(logs) else told.notes).append(_in_words(place, here))
    return told


def _in_words(place: Path, unknown: Sequence[LogFile]) -> str:
    names = ", ".join(shown_path(log.path) for log in unknown[:_MOST_NAMED])
    if len(unknown) == 1:
        what = f"{names} is not a known format"
    else:
        more = " and others" if len(unknown) > _MOST_NAMED else ""
        what = f"{len(unknown):,} files in {shown_path(place)} are not a known format ({names}{more})"
    known = ", ".join(source.name for source in sources())
    return f"{what}. Known formats: {known}. `spawnwise schema` prints that of records."
