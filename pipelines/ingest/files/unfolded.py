"""Documents that were printed over many lines, or as one array, as a stream of lines with one object each."""

import io
import json
from collections.abc import Iterator
from typing import IO

import orjson

MOST_BYTES = 256 << 20  # of such a file, which must be read whole; a longer one is left as it is
_HEAD = 256
_SPACE = b" \t\r\n"


def unfolded(stream: IO[bytes]) -> IO[bytes]:
    """Return a stream of the same objects, one on each line, where the stream holds none that way; else itself.

    Raises as reading the stream does. Offsets into what is returned are not those of the file.
    """
    head = stream.read(_HEAD)
    stream.seek(0)
    if not _is_folded(head):
        return stream
    content = stream.read(MOST_BYTES + 1)
    stream.seek(0)
    if len(content) > MOST_BYTES:
        return stream
    try:
        lines = [orjson.dumps(each) + b"\n" for each in _objects(content.decode("utf-8-sig"))]
    except (ValueError, RecursionError, orjson.JSONEncodeError):
        return stream
    stream.close()
    return io.BytesIO(b"".join(lines))


def _is_folded(head: bytes) -> bool:
    """Tell whether a file begins with an object whose first line does not end it, or with an array."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
    if start[:1] == b"{":
        rest = start[1:].lstrip(b" \t")
        return rest[:1] in {b"\r", b"\n"}
    return start[:1] == b"[" and start[1:].lstrip(_SPACE)[:1] == b"{"


def _objects(text: str) -> Iterator[object]:
    """Yield the objects of documents that follow each other; raises `ValueError` where one is not whole."""
    decoder, place = json.JSONDecoder(), 0
    while (place := _behind_space(text, place)) < len(text):
        value, place = decoder.raw_decode(text, place)
        yield from value if isinstance(value, list) else [value]


def _behind_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
