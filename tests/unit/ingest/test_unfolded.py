"""Documents that do not stand on a line each."""

import io
import json
from typing import Any

import pytest

from pipelines.ingest.files.unfolded import unfolded

OBJECTS: list[dict[str, Any]] = [{"a": {"b": [1, 2]}}, {"c": "}\n{"}]


def _read(content: bytes) -> bytes:
    return unfolded(io.BytesIO(content)).read()


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(json.dumps(each, indent=2) for each in OBJECTS),
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=1),
        "\ufeff" + json.dumps(OBJECTS, indent=4).replace("\n", "\r\n"),
    ],
)
def test_each_object_gets_a_line(content: str) -> None:
    assert [json.loads(line) for line in _read(content.encode()).splitlines()] == OBJECTS


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"a": 1}\n{"b": 2}\n',
        b"[1, 2]\n",
        b'{\n  "a": [1, 2',  # not yet written to its end
        b'{\n  "a": 1\n}\nno JSON',
        b"{\n\xff",
    ],
)
def test_anything_else_is_left_as_it_is(content: bytes) -> None:
    assert _read(content) == content
