"""Whole lines of a log, from any offset on, in bounded memory."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

from pipelines.ingest.files.packed import DAMAGE, DAMAGED, Unpacked, damage, is_compressed
from pipelines.ingest.files.unfolded import unfolded
from pipelines.ingest.files.wide import HEAD_BYTES, narrowed

__all__ = ["DAMAGE", "DAMAGED", "damage", "is_compressed", "open_log", "read_lines", "whole_lines"]

FIRST_BLOCK_BYTES = 1 << 16  # doubled with each block: of many files only the first lines are asked for
BLOCK_BYTES = 1 << 20  # shorter than the longest line, so that only the first of a block can be too long
MAX_LINE_BYTES = 16 << 20  # the longest line of 617 real spawns' logs was 2 MB


class Overlong:
    """A line that is too long to be kept; only its length is known."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length


class Lines(NamedTuple):
    """Lines that follow each other, with their ends. `have_end` is False for a last line that has none yet."""

    contents: list[bytes | Overlong]
    have_end: bool


def open_log(path: Path) -> IO[bytes]:
    """Open a log for reading, as UTF-8, unpacking .gz and .zst, one object on each line; raises `OSError`."""
    if is_compressed(path):
        packed = Unpacked(path)
        return narrowed(cast("IO[bytes]", packed), packed.head)
    stream = path.open("rb", buffering=0)
    try:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        return unfolded(narrowed(stream, head))
    except OSError:
        stream.close()
        raise


def read_lines(log: IO[bytes], offset: int = 0, most_bytes: int | None = None) -> Iterator[Lines]:
    """Yield the lines from `offset` on, a block at a time: a call for each of millions of lines would cost more.

    Raises `OSError`, or one of `DAMAGE` where a compressed file is cut or broken, behind the lines before that.
    """
    log.seek(offset)
    rest, lost = b"", 0  # of an overlong line only the length is kept
    fault: Exception | None = None
    for block in _blocks(log, most_bytes):
        if isinstance(block, Exception):
            fault = block
            break
        whole = _split(block)
        whole[0] = rest + whole[0]
        rest = whole.pop()
        pieces: list[bytes | Overlong] = [*whole]
        if pieces and (lost or len(whole[0]) > MAX_LINE_BYTES):
            pieces[0], lost = Overlong(lost + len(whole[0])), 0
        if pieces:
            yield Lines(pieces, True)
        if lost or len(rest) > MAX_LINE_BYTES:
            lost, rest = lost + len(rest), b""
    if lost or (rest and (not fault or rest.rstrip().endswith(b"}"))):  # else it is what the damage has cut
        yield Lines([Overlong(lost + len(rest)) if lost else rest], False)
    if fault:
        raise fault


def _blocks(log: IO[bytes], most_bytes: int | None) -> Iterator[bytes | Exception]:
    """Yield the blocks, and last what is wrong with a packed file."""
    # Of a packed file what was unpacked before the damage is given first.
    read = getattr(log, "read1", log.read)
    size, wanted = 0, min(FIRST_BLOCK_BYTES, BLOCK_BYTES)
    try:
        while (most_bytes is None or size < most_bytes) and (block := read(wanted)):
            yield block
            size += len(block)
            wanted = min(2 * wanted, BLOCK_BYTES)
    except DAMAGE as error:
        yield error


def _split(block: bytes) -> list[bytes]:
    """Split a block behind the ends of its lines; where it has none, behind those of old Macs.

    What comes last has no end, or is empty, or may have a newline behind its return.
    """
    whole = [*io.BytesIO(block)]  # looks for ends much faster than `split` does
    if block.endswith(b"\n"):
        return [*whole, b""]
    return whole if len(whole) > 1 or b"\r" not in block else block.splitlines(keepends=True)


class Line(NamedTuple):
    """One line; `content` is None where it is too long."""

    content: bytes | None
    has_end: bool


def whole_lines(log: IO[bytes], most_bytes: int | None = None) -> Iterator[Line]:
    """Yield the lines of a log one by one; the last may lack its end. Raises as `read_lines` does.

    At most those of the first `most_bytes`, to the block; then the last is one that was not read to its end.
    """
    for lines in read_lines(log, most_bytes=most_bytes):
        for content in lines.contents:
            yield Line(content if isinstance(content, bytes) else None, lines.have_end)
