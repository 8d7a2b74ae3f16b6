"""Take purged events out of the files in which the recommender notes what it decided."""

import json
import os
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.purge.scope import Scope
from recommender.journal.notes import journal_files


def purge_journal(scope: Scope, ids: Collection[str]) -> int:
    """Rewrite the journal without the events that are covered and return how many lines that were.

    Raises `OSError`. A line that is no event goes where everybody's are purged, as nothing tells whose it is.
    """
    return sum(_rewritten(path, scope, frozenset(ids)) for path in journal_files())


def _rewritten(path: Path, scope: Scope, ids: frozenset[str]) -> int:
    with path.open("rb") as file:
        lines = file.readlines()
        kept = [line for line in lines if not _is_purged(line, scope, ids)]
        if len(kept) == len(lines):
            return 0
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "wb") as copy:
            copy.writelines(kept)
            copy.flush()
            os.fsync(copy.fileno())
        Path(temporary).replace(path)
        # A hook may have opened the old file just before and noted its decision there: it is taken along.
        with path.open("ab") as renewed:
            renewed.write(file.read())
    return len(lines) - len(kept)


def _is_purged(line: bytes, scope: Scope, ids: frozenset[str]) -> bool:
    is_everybodys = scope.is_everybodys
    try:
        event: Any = json.loads(line)
    except ValueError:
        return is_everybodys
    if not isinstance(event, dict):
        return is_everybodys
    is_sessions = scope.session is not None and not (scope.projects or scope.user or scope.host)
    if is_sessions and event.get("session_id") == scope.session:
        return _at(event) < scope.before.timestamp()
    if is_everybodys and _at(event) < scope.before.timestamp():
        return True
    return any(isinstance(value, str) and value in ids for value in event.values())


def _at(event: dict[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(event.get("at"))).timestamp()
    except ValueError:
        return 0.0
