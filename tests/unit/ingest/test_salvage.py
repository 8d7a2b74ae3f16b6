"""Every whole record of a damaged line is read once, whatever stands around it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.files import salvage as salvage_module
from pipelines.ingest.files.parsing import parsed, pieces
from pipelines.ingest.files.salvage import salvage

INNER = {"type": "user", "message": {"role": "user", "content": 'a { b \\ } " {'}, "list": [{}, {"type": "text"}]}
RECORD: dict[str, Any] = {"type": "assistant", "sessionId": "s1", "data": INNER, "note": '{"sessionId": "quoted"}'}
OTHER: dict[str, Any] = {"sessionId": "s1", "type": "user", "message": {"content": [{"type": "tool_result"}]}}
LINE, NEXT = json.dumps(RECORD).encode(), json.dumps(OTHER).encode()


@pytest.mark.parametrize("between", [b"", b"\0\0\0", b"$ ", b"^@^@", b"\xff", b"\xef\xbb\xbf", b"\x1b[0m"])
def test_a_record_behind_one_cut_anywhere_is_read(between: bytes) -> None:
    for cut in range(1, len(LINE)):
        found = pieces(LINE[:cut] + between + NEXT)
        assert found.records == [OTHER], LINE[:cut]
        assert found.reason


def test_of_a_cut_record_alone_nothing_is_read() -> None:
    for cut in range(1, len(LINE)):
        found = pieces(LINE[:cut])
        assert (found.records, found.rest) == ([], LINE[:cut].strip(b" ,"))


@pytest.mark.parametrize("between", [b"", b" ", b",", b", ", b"\r", b"\r\r", b"\x1e", b"\xef\xbb\xbf", b";"])
def test_records_on_one_line_are_all_read_and_nothing_is_left(between: bytes) -> None:
    assert pieces(between.join([LINE, NEXT, LINE])) == ([RECORD, OTHER, RECORD], b"", "")


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (b"\0" * 512, "NUL"),
        (b"^@^@^@", "no valid JSON"),
        (b"dev@shop:~$ cat log; ", "no valid JSON"),
        (b"data: ", "no valid JSON"),
        (b"{broken} ", "no valid JSON"),
    ],
)
def test_what_stands_before_or_behind_a_record_is_put_aside(before: bytes, reason: str) -> None:
    for line in (before + LINE, LINE + before, before + LINE + before):
        found = pieces(line)
        assert found.records == [RECORD]
        assert reason in found.reason
        assert before.strip(b" ;") in found.rest
        assert b"sessionId" not in found.rest


def test_a_list_of_records_is_read() -> None:
    assert pieces(b"[" + LINE + b"," + NEXT + b"]") == ([RECORD, OTHER], b"", "")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (rb'{"a": "x\ud83d"}', "x\ufffd"),
        (rb'{"a": "\ude00x"}', "\ufffdx"),
        (rb'{"a": "\ud83d\ude00"}', "\U0001f600"),
        (rb'{"a": "\ud83d\ud83d\ude00"}', "\ufffd\U0001f600"),
        (rb'{"a": "\\ud83d \ud83d"}', "\\ud83d \ufffd"),
        (b'{"a": "x\xff"}', "x\ufffd"),
        (b'{"a": "\xc3"}', "\ufffd"),
        (b'{"a": "\xed\xa0\xbdx"}', "\ufffd\ufffd\ufffdx"),
        (b'\xef\xbb\xbf{"a": "x"}', "x"),
    ],
)
def test_half_characters_are_mended(line: bytes, value: str) -> None:
    assert parsed(line) == ({"a": value}, "")


def test_a_line_of_utf_16_in_a_log_of_utf_8_is_read() -> None:
    wide = "\n".join(["", LINE.decode(), NEXT.decode(), ""]).encode("utf-16-le")
    found = [record for line in (b"\n" + wide).split(b"\n") for record in pieces(line).records if record]
    assert found == [RECORD, OTHER]


@pytest.mark.parametrize("line", [b'{"a":' * 50_000, b'{"a":[' * 500 + b"1," * 50_000, b'{"a" ' * 50_000])
def test_work_on_a_hostile_line_is_bounded(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salvage_module, "MOST_WORK", 100_000)
    monkeypatch.setattr(salvage_module, "MOST_FAILURES", 100)
    tried = []
    search = salvage_module._START.search

    class Counting:
        def search(self, *arguments: Any) -> Any:
            tried.append(arguments)
            return search(*arguments)

    monkeypatch.setattr(salvage_module, "_START", Counting())
    assert salvage(line).records == []
    assert len(tried) <= 101


@given(st.lists(st.sampled_from([LINE, NEXT]) | st.binary(max_size=6), max_size=6))
def test_no_line_raises_and_none_gives_more_than_it_has(parts: list[bytes]) -> None:
    line = b"".join(parts).replace(b"\n", b"")
    found = pieces(line)
    assert sum("sessionId" in record for record in found.records) <= line.count(b'"sessionId"')
    assert bool(found.rest) <= bool(found.reason)
