"""What other machines send is read as if it were hostile: what is not of the form is refused, and nothing breaks."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.facts import Facts, join
from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.files.recognize import source_of
from pipelines.ingest.fold import fold
from pipelines.ingest.join import link
from pipelines.ingest.observations import Call, Message, Observation, Return, Seen, Sign
from pipelines.ingest.source import RefusedError
from pipelines.ingest.sources.pushed.lines import PushedReader, head_line, observation_line, observation_of
from pipelines.ingest.task_row import task_row

TOLD: list[Observation] = [
    Call("toolu_1", 1_772_359_200_000, "qa", "Test the parser", requested="haiku", project="/srv/a", rank=0),
    Message("toolu_1", "msg_1 req_1", 0, 5, 1_772_359_201_000, "claude-haiku-4-5", 10, said={"a1": 7}),
    Return("toolu_1", 1_772_359_202_000, 0, status="completed", duration_ms=900, tool_uses=2),
    Sign("toolu_1", "result_returned", 1_772_359_202_000, "s.jsonl", 3),
    Seen("toolu_1", "sessions", "s", 1_772_359_200_000),
    Message("main:s\n/srv/a", "msg_2", 1, 9, 1_772_359_203_000, "claude-opus-4-6", 10),
]
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["\0", "", "agent:", "main:", "2026", "x" * 3_000, f"with {SECRET}"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def lines() -> list[dict[str, Any]]:
    return [orjson.loads(observation_line(each)) for each in TOLD]


def facts_of(observations: list[Observation]) -> dict[str, Facts]:
    facts: dict[str, Facts] = {}
    fold(observations, facts)
    return facts


def test_what_is_sent_is_what_is_read() -> None:
    assert [observation_of(line) for line in lines()] == TOLD


def test_a_file_is_known_by_its_first_line_and_is_its_source_s(tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    path.write_bytes(head_line("claude-code", "2.1.49") + observation_line(TOLD[0]))
    source = source_of(path)
    assert source is not None
    assert source.name == "pushed"
    reader = PushedReader(Origin(path, 0), {})
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        reader.read(number, json.loads(line))
    assert (reader.of_source, reader.writer_version) == ("claude-code", "2.1.49")
    assert reader.take() == TOLD[:1]
    assert PushedReader(Origin(path, 0), reader.remembered()).of_source == "claude-code"


@pytest.mark.parametrize(
    "head",
    [{"source": "nobody"}, {"source": "pushed"}, {"source": "claude-code", "version": 99}, {"source": ["claude-code"]}],
)
def test_a_head_that_is_not_known_is_refused_and_what_follows_too(head: dict[str, Any]) -> None:
    reader = PushedReader(Origin(Path("x"), 0), {})
    with pytest.raises(RefusedError, match="update Spawnwise"):
        reader.read(1, {"spawnwise": "head", "version": 1, **head})
    with pytest.raises(RefusedError, match="no head before it"):
        reader.read(2, lines()[0])


def test_a_secret_that_somebody_sends_all_the_same_is_taken_out() -> None:
    for line in lines():
        for field, value in line.items():
            if isinstance(value, str) and field not in ("spawnwise", "field"):
                told = observation_of(line | {field: f"{value} with {SECRET}"})
                assert SECRET not in repr(told), (line["spawnwise"], field)


@given(st.integers(0, len(TOLD) - 1), st.data())
def test_whatever_stands_in_a_field_nothing_breaks(number: int, data: st.DataObject) -> None:
    line = lines()[number]
    line |= {data.draw(st.sampled_from(sorted(line.keys() - {"spawnwise"}))): data.draw(ANYTHING)}
    try:
        told = observation_of(line)
    except RefusedError:
        return
    facts = facts_of([*TOLD, told])
    for key, each in facts.items():
        assert join(each, each) == each
        assert "\0" not in key
    assert b"\\u0000" not in orjson.dumps(facts)
    for spawn in link({key: each for key, each in facts.items() if not key.startswith("main:")}):
        task_row("claude-code", spawn)
