"""How far a log file has been read, and whether it is still the same file."""

import hashlib
from dataclasses import dataclass, field
from typing import IO, Any

PRINT_BYTES = 4_096
COUNTERS = ("read", "loaded", "skipped", "quarantined")


@dataclass
class Mark:
    """The end of what was read of a file, and what its reader remembers there."""

    offset: int = 0
    line: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))
    fingerprint: str = ""
    lacks_newline: bool = False  # the last line that was read had no newline yet, but was whole
    memory: dict[str, Any] = field(default_factory=dict)


def fingerprint(stream: IO[bytes], offset: int) -> str:
    """Hash the beginning of what was read and its end; raises `OSError`."""
    length = min(offset, PRINT_BYTES)
    digest = hashlib.blake2b(digest_size=16)
    for place in (0, offset - length):
        stream.seek(place)
        digest.update(stream.read(length))
    return digest.hexdigest()


def still_valid(stream: IO[bytes], size: int, known: Mark | None) -> Mark:
    """Return the known mark if the file only grew since, else one at the file's beginning.

    A file that changed without growing may differ anywhere, also where no fingerprint looks.
    """
    if known is None or known.offset >= size or fingerprint(stream, known.offset) != known.fingerprint:
        return Mark()
    return known
