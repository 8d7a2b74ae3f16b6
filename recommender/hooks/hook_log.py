"""What went wrong in a hook, a line each: nobody watches a hook while it runs."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recommender.home import append, private_folder, snapshot_file
from recommender.settings import data_home, database_url

if TYPE_CHECKING:
    from recommender.recommendation import Recommendation

_BYTES = 2**20
MISSED = "no learned answer"
FROM_COPY = "answered from the local snapshot"
DAYS = 7  # that doctor and the summary of a run look back


class Trouble(NamedTuple):
    """One line: when it was, and what went wrong."""

    at: datetime
    what: str

    @property
    def is_missed_answer(self) -> bool:
        """Whether a spawn went without what was learned, and not an error of the hook itself."""
        return self.what.startswith(MISSED)

    @property
    def is_from_copy(self) -> bool:
        """Whether the answer was a learned one, but what it was learned from may be older than the database."""
        return self.what.startswith(FROM_COPY)


def log_error(error: Exception) -> None:
    """Log an error and where it was raised, without any text of the task."""
    trace, place = error.__traceback__, ""
    while trace:
        place, trace = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}", trace.tb_next
    _log(f"{type(error).__name__} at {place}")


def log_missed_answer(recommendation: "Recommendation") -> None:
    """Log that a spawn got no learned answer, or an older one, and why; unless nothing was ever published."""
    is_published = database_url() is not None or snapshot_file().exists()
    if recommendation.problem and is_published:
        what = MISSED if recommendation.similarity is None else FROM_COPY
        _log(f"{what}: {' '.join(recommendation.problem.split())}")


def troubles(days: int = DAYS) -> list[Trouble]:
    """Return what went wrong in the last days, the oldest first; nothing where the log cannot be read."""
    since = datetime.now(UTC) - timedelta(days=days)
    return [trouble for trouble in _troubles() if trouble.at >= since]


def trouble_words(found: list[Trouble]) -> str:
    """Say in a sentence what went wrong; empty where nothing did."""
    missed, copied = sum(each.is_missed_answer for each in found), sum(each.is_from_copy for each in found)
    counted = (
        (missed, "spawn", "got no learned answer in time"),
        (copied, "spawn", "got an answer from the local snapshot instead of the database"),
        (len(found) - missed - copied, "hook", "failed"),
    )
    parts = [f"{count:,} {what}{'s' * (count > 1)} {said}" for count, what, said in counted if count]
    return f"{', '.join(parts[:-1])}{' and ' * (len(parts) > 1)}{parts[-1]} in the last {DAYS} days" if parts else ""


def _troubles() -> Iterator[Trouble]:
    path = data_home() / "hook.log"
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    except OSError:
        return
    for line in lines:
        at, _, what = line.partition(" ")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            continue
        if moment.tzinfo is not None:
            yield Trouble(moment, what)


def _log(what: str) -> None:
    try:
        private_folder(data_home())
        path = data_home() / "hook.log"
        is_full = path.is_file() and path.stat().st_size > _BYTES
        append(os.fspath(path), f"{datetime.now(UTC).isoformat()} {what}\n".encode(), is_started_over=is_full)
    except OSError:
        return
