"""Reading values out of logs that may hold anything in any field."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.ingest.stored_redaction import redact_key, redact_start, redact_stored
from pipelines.object_store import address

# A time in a log can be right from the first logs of agents to its reading, of clocks that run ahead a day later.
FIRST_POSSIBLE_DAY = date(2023, 1, 1)
CLOCK_SKEW = timedelta(days=1)
MAX_NAME = 200
MAX_COUNT = 10**12  # more is damage; sums of millions of these still fit a bigint
MAX_INTEGER = 2**31 - 1  # of Postgres
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = 253_402_300_799_000  # the year 9999, the last that Python and Postgres share
# Ids of well-known form, and short ones: nearly all of them.
_PLAIN_ID = re.compile(
    r"(?:srvtoolu|toolu|msg|req|call|agent)_(?:bdrk_|vrtx_)?[A-Za-z0-9]{1,40}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_-]{1,11}"
)
_NOTHING: Mapping[str, Any] = {}


def mapping(value: object) -> Mapping[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: object) -> Sequence[Any]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return the value if it is a string, without the NULs that Postgres refuses, else an empty one."""
    return value.replace("\0", "") if isinstance(value, str) else ""


def storable(text: str) -> str:
    """Return a text without what Postgres refuses: NULs, and half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def name(value: object) -> str:
    """Return a short name (agent, model, version), redacted, on one line; empty where there is none."""
    return _name(value[: 21 * MAX_NAME]) if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """Return an id that is stored: random by nature, so only secrets of a known form are taken out of it."""
    if not isinstance(value, str):
        return ""
    return value if _PLAIN_ID.fullmatch(value) else _identifier(value[: 21 * MAX_NAME])


def reference(value: object) -> str:
    """Return an id by which lines of one log find each other; it is stored between two readings, as others are."""
    return identifier(value)


def shown_path(path: Path) -> str:
    """Return a path as it may be shown and stored: of characters that can be, and without secrets."""
    return redact_stored(storable(address(path)))


@lru_cache(maxsize=4096)
def _identifier(value: str) -> str:
    return redact_key(value, MAX_NAME)


@lru_cache(maxsize=4096)
def _name(value: str) -> str:
    return redact_start(" ".join(value.replace("\0", "").split()), MAX_NAME)


def count(value: object, most: int = MAX_COUNT) -> int | None:
    """Return a whole number from 0 to `most`; None for anything else."""
    if type(value) is not int and not isinstance(value, float):
        return None
    return int(value) if 0 <= value <= most else None


def milliseconds(value: object) -> int | None:
    """Return a timestamp (ISO 8601, or seconds or milliseconds since 1970) as UTC milliseconds; None if unreadable."""
    if isinstance(value, str):
        return _from_iso(value)
    number = count(value, LATEST_MS)
    if number is None:
        return None
    number = number if number > 100_000_000_000 else number * 1000
    return number if number <= LATEST_MS else None


def _from_iso(value: str) -> int | None:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        result = round((moment - _EARLIEST).total_seconds() * 1000)
    except (ValueError, OverflowError):
        return None
    return result if 0 <= result <= LATEST_MS else None


def moment(at_ms: int | None) -> datetime | None:
    """Return UTC milliseconds as a datetime."""
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
