"""Whole lines of a log, from any offset on, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import zstandard

from pipelines.ingest.files.unfolded import unfolded

BLOCK_BYTES = 1 << 20  # shorter than the longest line, so that only the first of a block can be too long
MAX_LINE_BYTES = 16 << 20  # the longest line of 617 real spawns' logs was 2 MB

DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)
DAMAGED = "compressed file is cut or damaged"


class Overlong:
    """A line that is too long to be kept; only its length is known."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length


class Lines(NamedTuple):
    """Lines that follow each other, without their ends. `have_end` is False for a last line that has none yet."""

    contents: list[bytes | Overlong]
    have_end: bool


def is_compressed(path: Path) -> bool:
    """Tell whether the file must be unpacked; offsets then count unpacked bytes."""
    return path.suffix in {".gz", ".zst"}


def open_log(path: Path) -> IO[bytes]:
    """Open a log for reading, unpacking .gz and .zst, one object on each line; raises `OSError`."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        return cast("IO[bytes]", zstandard.open(path, "rb"))
    return unfolded(path.open("rb", buffering=0))


def read_lines(log: IO[bytes], offset: int = 0) -> Iterator[Lines]:
    """Yield the lines from `offset` on, a block at a time: a call for each of millions of lines would cost more.

    Raises `OSError`, or one of `DAMAGE` where a compressed file is cut or broken.
    """
    if offset:
        log.seek(offset)
    rest, lost = b"", 0  # of an overlong line only the length is kept
    # Of a packed file what was unpacked before the damage is given first.
    read = getattr(log, "read1", log.read)
    while block := read(BLOCK_BYTES):
        whole = block.split(b"\n")
        whole[0] = rest + whole[0]
        rest = whole.pop()
        pieces: list[bytes | Overlong] = [*whole]
        if pieces and (lost or len(pieces[0]) > MAX_LINE_BYTES):
            pieces[0], lost = Overlong(lost + len(pieces[0])), 0
        if lost or len(rest) > MAX_LINE_BYTES:
            lost, rest = lost + len(rest), b""
        if pieces:
            yield Lines(pieces, True)
    if rest or lost:
        yield Lines([Overlong(lost + len(rest)) if lost else rest], False)


class Line(NamedTuple):
    """One line without its end; `content` is None where it is too long."""

    number: int
    offset: int
    content: bytes | None
    next_offset: int
    has_end: bool


def whole_lines(log: IO[bytes]) -> Iterator[Line]:
    """Yield the lines of a log one by one; the last may lack its end. Raises as `read_lines` does."""
    number = offset = 0
    for lines in read_lines(log):
        for content in lines.contents:
            number += 1
            end = offset + len(content) + lines.have_end
            yield Line(number, offset, content if isinstance(content, bytes) else None, end, lines.have_end)
            offset = end
