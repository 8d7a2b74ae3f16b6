"""Parse one line of a log, whatever stands in it."""

from collections.abc import Mapping
from typing import Any

import orjson

from pipelines.ingest.files.lines import MAX_LINE_BYTES

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # what some editors put before a file's first line


def parsed(content: object) -> tuple[Mapping[str, Any], str]:
    """Return the line's object and no reason, or nothing and the reason why it cannot be read.

    Anything but bytes stands for a line that was too long to be kept; a blank line is no object, and no fault either.
    """
    if not isinstance(content, bytes):
        return {}, f"longer than {MAX_LINE_BYTES >> 20} MB"
    if not content.strip():
        return {}, ""
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if content.startswith(_BYTE_ORDER_MARK):
            return parsed(content.removeprefix(_BYTE_ORDER_MARK))
        return {}, "holds NUL bytes" if b"\0" in content else f"no valid JSON: {str(error).partition(':')[0]}"
    if not isinstance(record, dict):
        return {}, "no JSON object"
    return record, ""
