import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.sample import write_sample_home
from pipelines.ingest.specs.spec_files import find_spec_files
from pipelines.ingest.specs.spec_reading import read_spec
from pipelines.ingest.stored_redaction import redact_stored

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample_home(folder, now=NOW)
    return folder


def lines(folder: Path, pattern: str = "projects/*/*.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.glob(pattern)) for line in path.read_text().splitlines()]


def blocks(folder: Path, kind: str) -> list[dict[str, Any]]:
    contents = [line["message"]["content"] for line in lines(folder) if line["type"] in ("user", "assistant")]
    return [block for blocks in contents if isinstance(blocks, list) for block in blocks if block["type"] == kind]


def spawns(folder: Path) -> list[dict[str, Any]]:
    return [block for block in blocks(folder, "tool_use") if block["name"] in ("Task", "Agent")]


def test_same_arguments_give_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    write_sample_home(tmp_path / "again", now=NOW)
    assert content(tmp_path / "again") == content(sample)
    write_sample_home(tmp_path / "other", now=NOW, seed=1)
    assert content(tmp_path / "other") != content(sample)


def test_a_fresh_sample_stays_and_an_old_one_is_written_anew(tmp_path: Path) -> None:
    write_sample_home(tmp_path, now=NOW)
    before = content(tmp_path)
    write_sample_home(tmp_path, now=NOW + timedelta(days=29))
    assert content(tmp_path) == before
    write_sample_home(tmp_path, now=NOW + timedelta(days=31))
    assert content(tmp_path) != before


def test_a_torn_sample_is_written_anew(tmp_path: Path, sample: Path) -> None:
    write_sample_home(tmp_path, now=NOW)
    (tmp_path / "sample.json").write_text("{")
    next(tmp_path.glob("projects/*/*.jsonl")).unlink()
    write_sample_home(tmp_path, now=NOW)
    assert content(tmp_path) == content(sample)


def test_dates_are_of_the_last_weeks(sample: Path) -> None:
    times = [datetime.fromisoformat(line["timestamp"]) for line in lines(sample)]
    assert NOW - timedelta(days=31) < min(times) < NOW - timedelta(days=26)
    assert NOW - timedelta(days=3) < max(times) < NOW


def test_two_projects_of_two_writers_hold_some_300_spawns(sample: Path) -> None:
    assert 270 <= len(spawns(sample)) <= 330
    assert {(line["cwd"], line["version"]) for line in lines(sample)} == {
        ("/home/sam/orchard-shop", "2.1.49"),
        ("/home/sam/tidewatch", "2.1.101"),
    }
    assert Counter(block["name"] for block in spawns(sample)).keys() == {"Task", "Agent"}


def test_ids_are_unique_and_results_belong_to_calls(sample: Path) -> None:
    calls = [block["id"] for block in blocks(sample, "tool_use")]
    results = [block["tool_use_id"] for block in blocks(sample, "tool_result")]
    assert len(calls) == len(set(calls))
    assert len(results) == len(set(results))
    assert set(results) < set(calls)  # some spawns have no result


def test_only_what_is_done_again_has_a_title_twice(sample: Path) -> None:
    titles = Counter((block["name"], block["input"]["description"]) for block in spawns(sample))
    again = {title for title, count in titles.items() if count > 1}
    assert 0 < len(again) < 20
    for title in again:
        models = [b["input"].get("model") for b in spawns(sample) if (b["name"], b["input"]["description"]) == title]
        assert len(models) == 2
        assert models[0] != models[1] or models[1] == "opus"


@pytest.mark.parametrize(
    "words",
    [
        "API Error",
        "auto-denied",
        "not found",
        "User rejected",
        "task-notification",
        "maximum number of turns",
        " failed, ",
    ],
)
def test_each_kind_of_ending_occurs(sample: Path, words: str) -> None:
    assert words in "".join(path.read_text() for path in sample.glob("projects/*/*.jsonl"))


def test_children_show_their_model_and_usage_in_both_formats(sample: Path) -> None:
    progress = [line["data"]["message"]["message"] for line in lines(sample) if line["type"] == "progress"]
    files = [line["message"] for line in lines(sample, "projects/*/*/subagents/*.jsonl") if line["type"] == "assistant"]
    for messages in (progress, files):
        assert {message["model"].split("-")[1] for message in messages} == {"haiku", "sonnet", "opus"}
        assert all(message["usage"]["output_tokens"] > 0 for message in messages)
    described = [json.loads(path.read_text()) for path in sample.glob("projects/*/*/subagents/*.meta.json")]
    assert {meta["toolUseId"] for meta in described} < {block["id"] for block in spawns(sample)}


def test_specs_are_read_and_some_agents_are_never_used(sample: Path) -> None:
    specs = {spec.agent_name for file in find_spec_files(sample) if (spec := read_spec(file))}
    used = {block["input"]["subagent_type"] for block in spawns(sample)}
    assert len(specs) == 10
    assert specs - used == {"release-notes", "load-tester"}
    assert used - specs == {"general-purpose", "Explore", "release-manager"}


def test_no_text_looks_like_a_secret(sample: Path) -> None:
    for block in spawns(sample):
        text = f"{block['input']['description']}\n{block['input']['prompt']}"
        assert redact_stored(text) == text
