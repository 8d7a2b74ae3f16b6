"""Parse one line of a log, whatever stands in it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from pipelines.ingest.files.lines import MAX_LINE_BYTES, Overlong
from pipelines.ingest.files.salvage import mended, salvage

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # what some editors put before a file's first line


class Pieces(NamedTuple):
    """What stands on a line: whole records in their order; what is left over of it, and why that cannot be read."""

    records: Sequence[Mapping[str, Any]]
    rest: bytes
    reason: str


def parsed(content: object) -> tuple[Mapping[str, Any], str]:
    """Return the line's object and no reason, or nothing and the reason why it cannot be read.

    Anything but bytes stands for a line that was too long to be kept; a blank line is no object, and no fault either.
    Half characters are replaced. What else is wrong with a line, `salvage` may still find records in.
    """
    if not isinstance(content, bytes):
        return {}, f"longer than {MAX_LINE_BYTES >> 20} MB"
    if not content:  # cheaper than to fail, where a file has millions of these
        return {}, ""
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        clean = mended(content.strip().removeprefix(_BYTE_ORDER_MARK))
        if clean != content:
            return parsed(clean)
        return {}, "holds NUL bytes" if b"\0" in content else f"no valid JSON: {str(error).partition(':')[0]}"
    if not isinstance(record, dict):
        return {}, "no JSON object"
    return record, ""


def pieces(content: bytes | Overlong | None) -> Pieces:
    """Return all that can be read of a line; of most there is one record and no rest."""
    record, reason = parsed(content)
    if not reason:
        return Pieces([record], b"", "")
    if not isinstance(content, bytes):
        return Pieces([], b"", reason)
    records, rest = salvage(content)
    if rest:
        return Pieces(records, rest, reason)
    return Pieces(records or [{}], b"", "")
