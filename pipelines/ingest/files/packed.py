"""Packed logs, unpacked as they are read and within a limit: a few bytes may unpack to more than any disk holds."""

import gzip
import io
import os
import zlib
from functools import cache
from pathlib import Path
from typing import IO, cast

import zstandard

from pipelines.ingest.files.wide import HEAD_BYTES

LINE_WEIGHT = 2 << 10  # bytes that a line counts besides its own: what takes the time of endless short lines
DAMAGED = "is cut or damaged"
_ZSTD_MAGIC, _ZSTD_SKIPPABLE = 0xFD2FB528, 0x184D2A50
_ZSTD_HEAD_BYTES, _ZSTD_RLE = 18, 1


class TooLargeError(Exception):
    """A packed file unpacks to more than the limit."""


DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError, TooLargeError)


def is_compressed(path: Path) -> bool:
    """Tell whether the file must be unpacked; offsets then count unpacked bytes."""
    return path.suffix in {".gz", ".zst"}


def damage(error: Exception) -> str:
    """Say what is wrong with a packed file."""
    return str(error) if isinstance(error, TooLargeError) else DAMAGED


def max_unpacked_bytes() -> int:
    """Return the limit of the settings; only who reads packed files waits for their import."""
    return _max_unpacked_bytes(os.environ.get("SPAWNWISE_MAX_UNPACKED_BYTES"))


@cache
def _max_unpacked_bytes(_: str | None) -> int:
    from pipelines.settings import Settings

    return int(Settings().max_unpacked_bytes)


class Unpacked(io.BufferedIOBase):
    """What a packed file holds, read from its start. Gives all before the damage; then raises one of `DAMAGE`."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("rb")
        self._is_zstd = path.suffix == ".zst"
        self._limit = self._left = max_unpacked_bytes()
        self._place = 0
        self.head = b""
        self._fault: Exception | None = None
        self._stream = self._opened()
        try:  # what is at the start can be read twice: it tells the encoding
            self.head = self._stream.read(HEAD_BYTES)
        except DAMAGE as error:
            self._fault = error

    def _opened(self) -> IO[bytes]:
        if self._is_zstd:
            unpacker = zstandard.ZstdDecompressor()
            return cast("IO[bytes]", unpacker.stream_reader(self._file, read_across_frames=True, closefd=False))
        return cast("IO[bytes]", gzip.GzipFile(fileobj=self._file))

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go back within the first four bytes, as long as no others were read."""
        if whence != io.SEEK_SET or max(offset, self._place) > len(self.head):
            raise io.UnsupportedOperation("a packed file is read from its start on")
        self._place = offset
        return offset

    def read1(self, size: int = -1, /) -> bytes:
        """Return some bytes, none only at the end."""
        if self._place < len(self.head):
            block = self.head[self._place :][: size if size > 0 else None]
        elif self._fault:
            raise self._fault
        elif self._left < 0:
            limit = f"{self._limit / 1e9:,.1f} GB" if self._limit >= 1e8 else f"{self._limit:,} bytes"
            raise TooLargeError(f"unpacks to more than {limit} (SPAWNWISE_MAX_UNPACKED_BYTES)")
        else:
            block = getattr(self._stream, "read1", self._stream.read)(size if size > 0 else io.DEFAULT_BUFFER_SIZE)
            if not block and self._is_zstd and not _is_whole_zstd(self._file):
                raise EOFError
            self._left -= len(block) + LINE_WEIGHT * max(block.count(b"\n"), block.count(b"\r"))
        self._place += len(block)
        return block

    def read(self, size: int | None = -1, /) -> bytes:
        """Return some bytes up to `size`, none only at the end."""
        return self.read1(-1 if size is None else size)

    def close(self) -> None:
        """Close the file itself too."""
        self._stream.close()
        self._file.close()
        super().close()


def _is_whole_zstd(file: IO[bytes]) -> bool:
    """Tell whether each frame of a file has its last block: unpacking does not tell. Looks at their heads only."""
    size = file.seek(0, io.SEEK_END)
    place = 0
    while place < size:
        file.seek(place)
        head = file.read(_ZSTD_HEAD_BYTES)
        magic = int.from_bytes(head[:4], "little")
        if magic & ~0xF == _ZSTD_SKIPPABLE:
            place += 8 + int.from_bytes(head[4:8], "little")
            continue
        if magic != _ZSTD_MAGIC:
            return False
        place += zstandard.frame_header_size(head)
        is_last = False
        while not is_last:
            file.seek(place)
            block = int.from_bytes(file.read(3), "little")
            is_last, kind = bool(block & 1), block >> 1 & 3
            place += 3 + (1 if kind == _ZSTD_RLE else block >> 3)
            if place > size:
                return False
        place += 4 * zstandard.get_frame_parameters(head).has_checksum
    return place == size
