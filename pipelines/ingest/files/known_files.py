"""How far each log file has been read, as the warehouse knows it."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.log_names import SUFFIXES
from pipelines.ingest.files.mark import COUNTERS, Mark
from pipelines.ingest.files.scan import Scan
from pipelines.ingest.purged import PurgedFiles
from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import storable
from pipelines.object_store import address
from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]
MAX_MACHINE = 64
MAX_PATH = 600  # characters, of up to four bytes: an index of Postgres takes 2,704 bytes


def stored_path(log: LogFile, machine: str = "") -> str:
    """Return the file's path as it is stored: without secrets, of a length that indexes take, and still its own.

    Of a file of another machine's, which sends it here, that machine's name stands before its path.
    """
    path = storable(address(log.path))
    # By parts, without the suffix: "token abc.jsonl" reads as a dotted name, which is no secret.
    stem, suffix = next(((path.removesuffix(end), end) for end in SUFFIXES if path.endswith(end)), (path, ""))
    clean = redact_stored("/".join(map(_redacted_part, stem.split("/")))) + suffix
    if clean != path or path != address(log.path) or len(clean) > MAX_PATH:
        clean = f"{clean[-MAX_PATH:]}#{hashlib.sha256(os.fsencode(log.path)).hexdigest()[:12]}"
    return clean if "://" in path else on_machine(clean, machine)  # a bucket is everybody's


def on_machine(path: str, machine: str) -> str:
    """Return a stored path behind the machine that sends the file here; as it is where none is named."""
    return f"{storable(machine)[:MAX_MACHINE]}:{path}" if machine else path


@lru_cache(4_096)
def _redacted_part(part: str) -> str:
    return redact_stored(part)  # most files share their folders


def news(connection: Connection, logs: Iterable[LogFile], machine: str = "") -> list[tuple[LogFile, str]]:
    """Return the files that changed since they were read, each with its stored path."""
    rows = connection.execute(named_sql(__file__, "known_files"))
    known = {path: (size, modified_us, version) for path, size, modified_us, version in rows}
    purged = PurgedFiles(connection)
    changed = []
    for log in logs:
        path = address(log.path)
        if machine or path not in known:
            path = stored_path(log, machine)
        if not _is_as_known(log, known.get(path)) and not purged.holds(path, log.size, _modified_at(log)):
            changed.append((log, path))
    return changed


def _is_as_known(log: LogFile, known: tuple[int, int, str] | None) -> bool:
    """Tell whether a log is as it was read: by its version where it has one, which a copy keeps, else by its time."""
    if known is None:
        return False
    size, modified_us, version = known
    return size == log.size and (version == log.version if log.version else modified_us == _modified_us(log))


def marks(connection: Connection, paths: Sequence[str]) -> dict[str, Mark]:
    """Return how far the files had been read."""
    rows = connection.execute(named_sql(__file__, "read_marks"), {"paths": list(paths)}).fetchall()
    return {
        path: Mark(
            offset=offset,
            line=state.get("line", 0),
            counts=dict(zip(COUNTERS, counts, strict=True)),
            fingerprint=fingerprint,
            lacks_newline=state.get("lacks_newline", False),
            memory=state.get("memory", {}),
        )
        for path, offset, fingerprint, *counts, state in rows
    }


def write_files(connection: Connection, scans: Iterable[tuple[str, Scan]]) -> None:
    """Store how far the files were read, and which lines of theirs could not be."""
    scans = list(scans)
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "write_file"), [_file_row(path, scan) for path, scan in scans])
        restarted = [{"path": path, "start": scan.start} for path, scan in scans if scan.start == 0]
        broken = [{"path": path, **broken._asdict()} for path, scan in scans for broken in scan.broken]
        if restarted:
            cursor.executemany(named_sql(__file__, "forget_quarantine"), restarted)
        if broken:
            cursor.executemany(named_sql(__file__, "write_quarantine"), broken)


def _file_row(path: str, scan: Scan) -> dict[str, Any]:
    mark = scan.mark
    state = {"line": mark.line, "lacks_newline": mark.lacks_newline, "memory": mark.memory}
    return {
        "path": path,
        "source": scan.source,
        "fingerprint": mark.fingerprint,
        "size": mark.offset if scan.is_partial else scan.log.size,  # a part is not the file as it was found
        "modified_at": _modified_at(scan.log),
        "object_version": (not scan.is_partial and scan.log.version) or None,
        "offset": mark.offset,
        **mark.counts,
        "version": scan.writer_version or None,
        "state": Jsonb(state),
    }


def _modified_at(log: LogFile) -> datetime:
    """Return the time of the last change to the microsecond, as Postgres keeps it."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=_modified_us(log))


def _modified_us(log: LogFile) -> int:
    return log.modified_ns // 1_000
