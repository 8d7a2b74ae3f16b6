"""Logs in UTF-16 and UTF-32, as some shells and editors write them, read as if they were in UTF-8."""

import codecs
import io
import re
from typing import IO, cast

BLOCK_BYTES = 1 << 20
HEAD_BYTES = 4  # tell the encoding

_MARKS = (  # those of UTF-32 first: one begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"[\t\n\r -~]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[\t\n\r -~]"), "utf-32-be"),
    (re.compile(rb"[\t\n\r -~]\0[\t\n\r -~]\0"), "utf-16-le"),
    (re.compile(rb"\0[\t\n\r -~]\0[\t\n\r -~]"), "utf-16-be"),
)


def wide_encoding(head: bytes) -> tuple[str, int] | None:
    """Return the encoding that a file's first four bytes tell and the length of its mark; None for all others."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return next(((encoding, 0) for pattern, encoding in _UNMARKED if pattern.match(head)), None)


class Narrowed(io.BufferedIOBase):
    """A log in UTF-8 out of one in another encoding; offsets count bytes of UTF-8.

    Going back means to decode again from the start. What is no character becomes U+FFFD; half a one at the end waits.
    """

    def __init__(self, log: IO[bytes], encoding: str, begin: int) -> None:
        self._log, self._begin = log, begin
        self._new_decoder = codecs.getincrementaldecoder(encoding)
        self._restart()

    def _restart(self) -> None:
        self._log.seek(self._begin)
        self._decoder = self._new_decoder("replace")
        self._waiting, self._place = b"", 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to an offset from the start, or to the end where that comes first."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the start")
        if offset < self._place:
            self._restart()
        while self._place < offset and self.read1(min(offset - self._place, BLOCK_BYTES)):
            pass
        return self._place

    def read1(self, size: int = BLOCK_BYTES, /) -> bytes:
        """Return some bytes, none only at the end."""
        while not self._waiting and (block := self._log.read(BLOCK_BYTES)):
            self._waiting = self._decoder.decode(block).encode()
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        self._place += len(taken)
        return taken

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes, or all that are left."""
        wanted = -1 if size is None else size
        pieces: list[bytes] = []
        while wanted and (piece := self.read1(wanted if wanted > 0 else BLOCK_BYTES)):
            pieces.append(piece)
            wanted -= len(piece) if wanted > 0 else 0
        return b"".join(pieces)

    def close(self) -> None:
        """Close the log itself too."""
        self._log.close()
        super().close()


def narrowed(log: IO[bytes], head: bytes) -> IO[bytes]:
    """Return a log that was just opened, and begins like this, as UTF-8 where it is in a wider encoding."""
    wide = wide_encoding(head)
    return cast("IO[bytes]", Narrowed(log, *wide)) if wide else log
