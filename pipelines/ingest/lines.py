"""Whole lines of a log, from any offset on, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import zstandard

BLOCK_BYTES = 4 << 20
MAX_LINE_BYTES = 16 << 20  # the longest line of 617 real spawns' logs was 2 MB

DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)


class Line(NamedTuple):
    """One line without its end; `content` is None where the line is too long to be read."""

    number: int
    offset: int
    content: bytes | None
    next_offset: int
    has_end: bool


def is_compressed(path: Path) -> bool:
    """Tell whether the file must be unpacked; offsets then count unpacked bytes."""
    return path.suffix in {".gz", ".zst"}


def open_log(path: Path) -> IO[bytes]:
    """Open a log for reading, unpacking .gz and .zst; raises `OSError`."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        return cast("IO[bytes]", zstandard.open(path, "rb"))
    return path.open("rb", buffering=0)


def whole_lines(log: IO[bytes], offset: int = 0, number: int = 0) -> Iterator[Line]:
    """Yield the lines from `offset` on; the first gets `number` + 1. The last one may lack its end.

    Raises `OSError`, or one of `DAMAGE` where a compressed file is cut or broken.
    """
    if offset:
        log.seek(offset)
    rest, lost = b"", 0  # of an overlong line only the length is kept
    while block := log.read(BLOCK_BYTES):
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            number += 1
            end = offset + lost + len(piece) + 1
            yield Line(number, offset, None if lost or len(piece) > MAX_LINE_BYTES else piece, end, True)
            offset, lost = end, 0
        if lost or len(rest) > MAX_LINE_BYTES:
            lost, rest = lost + len(rest), b""
    if rest or lost:
        yield Line(number + 1, offset, None if lost else rest, offset + lost + len(rest), False)
