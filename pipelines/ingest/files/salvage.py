"""What can still be read of a line that is not one JSON object: every whole record in it, and what is left over."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import orjson

from pipelines.ingest.sources import sources

MOST_FAILURES = 1_000  # places in a line that look like the start of a record and are none
MOST_WORK = 32 << 20  # characters that may be parsed beyond twice the line's length, however its brackets nest

_START = re.compile(r'\{[ \t\r\n]*"')
_SEPARATORS = " \t\r\n,;\x1e\ufeff"  # may stand between records: RS is that of JSON text sequences
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


class Salvage(NamedTuple):
    """The whole records of a line in their order, and the text of it that belongs to none of them."""

    records: list[Mapping[str, Any]]
    rest: bytes


def mended(content: bytes) -> bytes:
    """Return the line with U+FFFD for what is no character: invalid UTF-8, and halves of a surrogate pair."""
    if content.isascii() and b"\\u" not in content:
        return content
    text = content.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)


def salvage(content: bytes) -> Salvage:
    """Find the whole records of a line, whatever stands before, between or behind them."""
    if b"{" not in content:
        return Salvage([], content)
    text = mended(_narrowed(content)).decode().strip(_SEPARATORS)
    if listed := _list_of_objects(text):
        return Salvage(listed, b"")
    records: list[Mapping[str, Any]] = []
    rest: list[str] = []
    end = 0
    for start, stop, record in _objects(text):
        rest.append(text[end:start].strip(_SEPARATORS))
        records.append(record)
        end = stop
    rest.append(text[end:].strip(_SEPARATORS))
    return Salvage(records, " ".join(filter(None, rest)).encode())


def _narrowed(content: bytes) -> bytes:
    """Return UTF-16 as UTF-8: what some shells append to a file of the other encoding."""
    if content.count(0) * 3 < len(content):
        return content
    for alignment in (content, content[1:]):
        for encoding in ("utf-16-le", "utf-16-be"):
            text = alignment.decode(encoding, "replace").strip(_SEPARATORS)
            if _START.match(text):
                return text.encode()
    return content


def _list_of_objects(text: str) -> list[Mapping[str, Any]]:
    """Return the objects of a line that is a list of nothing else."""
    if not text.startswith("["):
        return []
    try:
        listed = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return listed if all(isinstance(each, dict) for each in listed) else []


def _objects(text: str) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """Yield each record with its start and its end. Not read twice: what is within a record is passed over."""
    decode = json.JSONDecoder().raw_decode
    work, failures, is_broken = MOST_WORK + 2 * len(text), 0, False
    found = _START.search(text)
    while found and work > 0 and failures < MOST_FAILURES:
        start = found.start()
        try:
            stop = decode(text, start)[1]
            record = orjson.loads(text[start:stop])
        except json.JSONDecodeError as error:  # orjson's is one too, and tells places in what it was given
            work -= max(error.pos - start, 1)
            stop, record = start, None
        except RecursionError:
            stop, record = start, None
        if record is None:
            failures, is_broken = failures + 1, True
        else:
            work -= stop - start
            if not is_broken or _has_keys(record):
                yield start, stop, record
        found = _START.search(text, max(stop, start + 1))


def _has_keys(record: Mapping[str, Any]) -> bool:
    """Tell whether an object behind a cut record is one itself: any other may be a part of that one."""
    return any(keys <= record.keys() for keys in _record_keys())


@cache
def _record_keys() -> tuple[frozenset[str], ...]:
    return tuple(keys for source in sources() for keys in source.record_keys)
