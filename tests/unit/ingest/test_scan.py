"""Scanning one file: nothing that it holds may raise, and every line is accounted for."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.facts import Facts, join
from pipelines.ingest.files import lines, workers
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.scan import Scan, scan
from pipelines.ingest.join import link
from pipelines.ingest.signals.derive import task_signals
from pipelines.ingest.sources.claude_code.transcript import TranscriptReader
from pipelines.ingest.task_row import task_row
from tests.support.transcripts import SESSION, VARIANTS, Transcript

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _log(path: Path) -> LogFile:
    status = path.stat()
    return LogFile(path, status.st_size, status.st_mtime_ns)


def _scan(folder: Path, content: bytes, name: str = "a.jsonl") -> Scan:
    path = folder / "projects" / name  # where what no source claims is read too
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return scan(_log(path), None)


def _assert_sound(result: Scan) -> None:
    counts = result.counts
    assert counts["read"] == counts["loaded"] + counts["skipped"] + counts["quarantined"]
    held = json.loads(json.dumps(result.facts))  # what goes into the database must come back from it
    for spawn in link(held):
        row = task_row("claude-code", spawn)
        signals = list(task_signals(row.id, spawn.facts))
        assert "\0" not in json.dumps([row, signals], default=str)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json", "no valid JSON"),
        (b'{"type": "user", "message"', "no valid JSON"),
        (b'{"type": "user"\0}', "NUL"),
        (b'{"type": "\\ud800"}', ""),
        (b'{"type": "\xff\xfe"}', ""),
        (b'["a", "list"]', "no JSON object"),
        (b"[" * 10_000, "no valid JSON"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "no valid JSON"),
        (b'{"n": 1e999}', "no valid JSON"),
        (b"", ""),
        (b"  \r", ""),
    ],
)
def test_a_broken_line_is_put_aside_and_the_rest_loads(line: bytes, reason: str, tmp_path: Path) -> None:
    log = Transcript()
    log.spawn()
    spawn = log.content()
    result = _scan(tmp_path, line + b"\n" + spawn)
    assert "call" in result.facts["toolu_01"]
    assert result.counts["quarantined"] == bool(reason)
    if reason:
        assert reason in result.broken[0].reason
        assert (result.broken[0].line, result.broken[0].offset) == (1, 0)


def test_an_overlong_line_is_put_aside_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 10_000)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 1_000)
    log = Transcript()
    log.spawn()
    long = b'{"type":"user","x":"' + b"x" * 50_000 + b'"}\n'
    result = _scan(tmp_path, long + log.content() + long + log.content())
    assert result.counts["quarantined"] == 2
    assert result.broken[1].offset == len(long) + len(log.content())
    assert result.mark.offset == 2 * len(long) + 2 * len(log.content())


def test_a_cut_packed_file_gives_what_it_can(tmp_path: Path) -> None:
    log = Transcript()
    for number in range(400):
        log.spawn(f"toolu_{number}", prompt=f"{number} " + "words " * 40)
    packed = gzip.compress(log.content())
    result = _scan(tmp_path, packed[: len(packed) // 2], "a.jsonl.gz")
    assert result.counts["quarantined"] == 1
    assert "cut or damaged" in result.broken[0].reason
    _assert_sound(result)


def test_a_secret_in_a_broken_line_is_not_kept(tmp_path: Path) -> None:
    result = _scan(tmp_path, b'{"key": "sk-ant-api03-' + b"Ab1" * 30 + b"\n")
    assert "Ab1Ab1" not in result.broken[0].excerpt


@pytest.mark.parametrize("variant", VARIANTS)
def test_cut_at_any_byte_nothing_raises_and_the_rest_completes_it(variant: str, tmp_path: Path) -> None:
    for log in VARIANTS[variant]().values():
        content = log.content()
        whole = _scan(tmp_path, content)
        path = tmp_path / "cut.jsonl"
        for cut in range(0, len(content), 97):
            path.write_bytes(content[:cut])
            first = scan(_log(path), None)
            path.write_bytes(content)
            second = scan(_log(path), first.mark)
            joined: dict[str, Facts] = dict(first.facts)
            for key, facts in second.facts.items():
                joined[key] = join(joined[key], facts) if key in joined else facts
            assert joined == whole.facts
            assert first.counts["read"] + second.counts["read"] == whole.counts["read"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_passing_lines_over_loses_no_fact(variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = VARIANTS[variant]()[""]
    for tool in ("Bash", "Read", "TaskOutput", "mcp__x__y"):
        key = f"toolu_{tool}"
        log.says({"type": "tool_use", "id": key, "name": tool, "input": {"command": "pytest"}})
        log.returned(key, "1 failed", {"stdout": "1 failed"}, is_error=tool == "Bash")
        log.child_says(agent="a1b2c3d")
    log.spawn("toolu_late")
    glanced = _scan(tmp_path, log.content())
    monkeypatch.setattr(TranscriptReader, "passes_over", lambda self, content: False)
    assert glanced.facts == _scan(tmp_path, log.content()).facts


PLAIN_CALL = (
    '{"sessionId":"s","isSidechain":false,"message":{"id":"m","type":"message","role":"assistant","content":[{"type":'
    '"tool_use","id":"toolu_r","name":"Read","input":{}}]},"type":"assistant"}'
)
PLAIN_RESULT = (
    '{"sessionId":"s","type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_r","type":"tool_result",'
    '"content":"' + "x" * 5_000 + '"}]}}'
)
REQUEST_PART = '{"type":"api-request-blob","blob":"' + "x" * 5_000 + '"}'
LATE_SESSION = PLAIN_RESULT.replace('"sessionId":"s",', "")[:-1] + ',"sessionId":"s"}'
SNAPSHOT = '{"type":"file-history-snapshot","messageId":"m","snapshot":{"trackedFileBackups":{}}}'
HOOK = '{"sessionId":"s","type":"progress","data":{"type":"mcp_progress","status":"started"}}'
TURN = '{"sessionId":"s","type":"system","subtype":"turn_duration","durationMs":5}'
PLAIN = [PLAIN_RESULT, LATE_SESSION, REQUEST_PART, SNAPSHOT, HOOK, TURN]


@pytest.mark.parametrize("plain", [*PLAIN, *(line[:-9] for line in PLAIN), PLAIN_RESULT[:300], LATE_SESSION[:300]])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_spawn_on_a_line_that_could_be_passed_over_is_read(plain: str, is_first: bool, tmp_path: Path) -> None:
    log = Transcript()
    log.spawn()
    spawn = log.content().decode().strip()
    joined = spawn + plain if is_first else plain + spawn
    assert "toolu_01" in _scan(tmp_path, f"{PLAIN_CALL}\n{joined}\n".encode()).facts
    assert "toolu_01" in _scan(tmp_path, f"{PLAIN_CALL}{joined}\n".encode()).facts


def test_plain_lines_are_still_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, take_in = [], TranscriptReader.read

    def note(self: TranscriptReader, line: int, record: dict[str, Any]) -> bool:
        read.append(line)
        return take_in(self, line, record)

    monkeypatch.setattr(TranscriptReader, "read", note)
    for plain in PLAIN:
        _scan(tmp_path, f"{PLAIN_CALL}\n{plain}\n".encode())
    assert read == [1] * len(PLAIN)  # the call alone


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["toolu_01", SESSION, "Task", "Agent", "1970-01-01T00:00:00Z", "2100-01-01", "9999-99-99", "\0", "completed"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]


@quick
@given(data=st.data())
def test_any_value_in_any_field_is_survived(data: st.DataObject, tmp_path: Path) -> None:
    variant = VARIANTS[data.draw(st.sampled_from(sorted(VARIANTS)))]()
    log = data.draw(st.sampled_from(list(variant.values())))
    for _ in range(data.draw(st.integers(1, 3))):
        line = data.draw(st.sampled_from(log.lines))
        place = data.draw(st.sampled_from(_places(line)[1:]))
        target: Any = line
        try:
            for key in place[:-1]:
                target = target[key]
            target[place[-1]] = data.draw(json_values)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    content = b"".join(json.dumps(line).encode("utf-8", "surrogatepass") + b"\n" for line in log.lines)
    _assert_sound(_scan(tmp_path, content, data.draw(st.sampled_from(["a.jsonl", "agent-a1.jsonl"]))))


@quick
@given(content=st.binary(max_size=400))
def test_any_bytes_are_survived(content: bytes, tmp_path: Path) -> None:
    _assert_sound(_scan(tmp_path, content))
    _assert_sound(_scan(tmp_path, content, "agent-x.meta.json"))
    _assert_sound(_scan(tmp_path, content, "a.jsonl.gz"))


def variants_in(folder: Path) -> list[workers.Changed]:
    paths = [make()[""].write(folder, f"{variant}.jsonl") for variant, make in VARIANTS.items()]
    return [(_log(path), str(path)) for path in paths]


@pytest.mark.parametrize("most_bytes", [1, 1 << 20])
def test_workers_find_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_bytes: int) -> None:
    monkeypatch.setattr(workers, "MIN_BYTES", 0)
    monkeypatch.setattr(workers, "MAX_WAITING_BYTES", most_bytes)
    changed = variants_in(tmp_path)
    with workers.workers_for(1) as readers:
        readers.begin(changed, {})
        monkeypatch.setattr(workers, "parts", None)  # nothing is left for this process
        found = {path: result.facts for path, result in workers.scans(changed, {}, readers)}
    assert found == {path: scan(log, None).facts for log, path in changed}


def test_what_was_read_ahead_is_read_again_where_it_is_known_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "MIN_BYTES", 0)
    changed = variants_in(tmp_path)
    (log, path), gone, *others = changed
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[: whole.index(b"\n") + 1])
    known = scan(_log(log.path), None).mark
    log.path.write_bytes(whole)
    with workers.workers_for(1) as readers:
        readers.begin(changed, {})
        found = dict(workers.scans([(log, path), *others], {path: known}, readers))
    assert found[path].start == known.offset > 0
    assert set(found) == {path for _, path in changed} - {gone[1]}


@pytest.mark.parametrize("told", ["", r"\200\004", r"\214\001\377", "words"])
def test_a_worker_that_dies_or_babbles_leaves_its_files_to_the_caller(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nprintf '{told}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(workers, "MIN_BYTES", 0)
    monkeypatch.setattr(workers.sys, "executable", str(program))
    path = VARIANTS["C"]()[""].write(tmp_path)
    with workers.workers_for(1) as readers:
        found = dict(workers.scans([(_log(path), "x")], {}, readers))
    assert "toolu_01" in found["x"].facts


def test_a_long_file_comes_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.files.scan.PART_BYTES", 1_000)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 1_000)
    path = VARIANTS["C"]()[""].write(tmp_path)
    results = list(workers.parts(_log(path), None))
    assert len(results) > 1
    assert [result.is_partial for result in results] == [True] * (len(results) - 1) + [False]
    joined = join(*(result.facts["toolu_01"] for result in results if "toolu_01" in result.facts))
    monkeypatch.undo()
    assert joined == scan(_log(path), None).facts["toolu_01"]
