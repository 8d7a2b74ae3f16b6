import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.facts import Facts
from pipelines.ingest.files.recognize import source_of
from pipelines.ingest.fold import fold
from pipelines.ingest.join import link
from pipelines.ingest.signals.derive import task_signals
from pipelines.ingest.sources import sources
from pipelines.ingest.spawn_record import record_schema
from pipelines.ingest.task_row import task_row
from recommender.cli import main
from tests.support.format_lines import only, read_all

RECORD = {"id": "r1", "agent": "qa", "task": "Write tests", "spawned_at": "2026-03-01T10:00:00Z"}


def test_every_package_is_a_source() -> None:
    assert {source.name for source in sources()} >= {"claude-code", "codex", "otel", "records"}
    assert all((source.reader is None) != (source.read_rows is None) for source in sources())


def test_record_needs_four_fields() -> None:
    sightings, reading = read_all("records", [RECORD])
    record = only(sightings)
    assert (record.id, record.agent, record.task) == ("r1", "qa", "Write tests")
    assert record.spawned_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (reading.read, reading.loaded) == (1, 1)


def test_time_without_a_zone_is_utc() -> None:
    assert only(read_all("records", [RECORD | {"spawned_at": "2026-03-01 10:00:00"}])[0]).spawned_at.tzinfo == UTC


def test_unknown_fields_pass() -> None:
    assert only(read_all("records", [RECORD | {"mood": "fine"}])[0]).id == "r1"


@pytest.mark.parametrize(
    ("fields", "signals"),
    [
        ({}, ("no_result",)),
        ({"finished_at": "2026-03-01T10:05:00Z"}, ("result_returned",)),
        ({"error": "boom"}, ("tool_error",)),
        ({"success": True}, ("recorded_success",)),
        ({"signals": ["test_passed_after"]}, ("test_passed_after",)),
    ],
)
def test_signals_follow_from_what_is_recorded(fields: dict[str, Any], signals: tuple[str, ...]) -> None:
    facts: dict[str, Facts] = {}
    fold(read_all("records", [RECORD | fields])[0], facts)
    (spawn,) = link(facts)
    assert {found.signal for found in task_signals(task_row("records", spawn).id, spawn.facts)} == set(signals)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "no valid JSON"),
        (b"[]", "no JSON object"),
        (b'"x"', "no JSON object"),
        (b'{"id": "\xff"}', "agent: missing"),
        ({"id": "r1"}, "agent: missing"),
        (RECORD | {"spawned_at": "yesterday"}, "spawned_at"),
        (RECORD | {"duration_ms": -1}, "duration_ms"),
        (RECORD | {"propensity": 0}, "propensity"),
        (RECORD | {"id": ""}, "id: string_too_short"),
        (RECORD | {"id": " \x1c\0"}, "id: value_error"),
    ],
)
def test_unreadable_line_is_quarantined_with_its_reason(line: object, reason: str) -> None:
    sightings, reading = read_all("records", [line, RECORD | {"id": "good"}])
    assert only(sightings).id == "good"
    assert reason in reading.unreadable[0].reason


def test_reason_holds_nothing_of_the_content() -> None:
    _, reading = read_all("records", [RECORD | {"spawned_at": "my secret"}])
    assert "secret" not in reading.unreadable[0].reason


def test_schema_names_what_is_needed() -> None:
    schema = record_schema()
    assert set(schema["required"]) == {"id", "agent", "task", "spawned_at"}
    assert schema["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (json.dumps(RECORD), "records"),
        ('{"resourceSpans": []}', "otel"),
        ('{"type": "session_meta", "payload": {"id": "x"}}', "codex"),
        ('{"type": "user", "message": {"content": ""}, "sessionId": "s"}', "claude-code"),
        ('not json\n{"type": "user", "message": {"content": ""}, "sessionId": "s"}', "claude-code"),
        ('{"type": "user", "message": {"parts": []}, "sessionId": "s"}\n', None),
        ('{"type": "us', "claude-code"),
        ("", "claude-code"),
        ("not json", None),
        ('{"type": "user", "name": "s"}\n', None),
        ('{"name": "s"}\n{"resourceSpans": []}\n', "otel"),
    ],
)
def test_source_is_known_by_the_first_line_that_one_claims(line: str, name: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line)
    source = source_of(path)
    assert (source and source.name) == name


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys([*record_schema()["properties"], "other"], json_values)))
)
def test_any_fields_are_loaded_or_quarantined(records: list[dict[str, Any]]) -> None:
    sightings, reading = read_all("records", [json.dumps(RECORD | record).encode() for record in records])
    assert reading.read == reading.loaded + reading.skipped + len(reading.unreadable) == len(records)
    assert len(sightings) == reading.loaded


@pytest.mark.parametrize("name", ["codex", "copilot-cli", "otel", "records"])
@given(contents=st.lists(json_values | st.binary(max_size=10)))
def test_no_lines_break_a_reader(name: str, contents: list[object]) -> None:
    lines = [content if isinstance(content, bytes) else json.dumps(content).encode() for content in contents]
    _, reading = read_all(name, lines)
    assert reading.read == reading.loaded + reading.skipped + len(reading.unreadable)
    if b"\0" not in b"".join(lines):  # which may stand for another encoding
        assert reading.read >= len(lines)  # a list holds more


def test_example_of_the_readme_is_a_record() -> None:
    readme = (Path(__file__).parents[4] / "pipelines" / "README.md").read_text(encoding="utf-8")
    example = readme.partition('```json\n  {"id"')[2].partition("\n  ```")[0]
    record = only(read_all("records", [('{"id"' + example).encode()])[0])
    assert (record.agent, record.model, record.success) == ("qa", "haiku", True)


def test_schema_is_printed_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == record_schema()
