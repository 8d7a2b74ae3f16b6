import errno
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

import pytest

from recommender.cli import main
from recommender.commands.registry import COMMANDS
from recommender.home import snapshot_file, unusable
from recommender.lookup import default_recommender
from recommender.settings import data_home
from recommender.snapshot_file import write_snapshot
from tests.support.snapshots import TESTING, learned_snapshot, trial

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def learned() -> None:
    default_recommender.cache_clear()
    write_snapshot(snapshot_file(), learned_snapshot())


def test_recommend_prints_the_model_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", TESTING, "--agent", "QA_TESTER"]) == 0
    assert capsys.readouterr().out == "haiku for QA_TESTER\nhaiku did 27 of 28 well\n"


def test_recommend_prints_every_field_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", TESTING, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["model"], answer["agent"], answer["source"]) == ("haiku", "QA_TESTER", "cluster")


def test_only_who_will_spawn_lets_a_trial_draw(capsys: pytest.CaptureFixture[str]) -> None:
    write_snapshot(snapshot_file(), replace(learned_snapshot(), trials=(trial(),)))
    asked = ["recommend", TESTING, "--agent", "QA_TESTER", "--parent-model", "opus", "--json"]
    drawn = [(main(argv), json.loads(capsys.readouterr().out)["trial_id"])[1] for argv in (asked, [*asked, "--draw"])]
    assert drawn == [None, "t"]


def test_the_task_can_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TESTING.encode() + b"\xff")))
    assert main(["recommend", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cluster_id"] == 0


def test_explain_tells_kind_record_and_what_would_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", TESTING, "--agent", "QA_TESTER"]) == 0
    text = capsys.readouterr().out
    assert "taken for 'filter' (similarity 1.00)" in text
    assert "past task: example of write unit tests" in text
    assert text.index("\nhaiku  ") < text.index("\nopus  ")
    assert "Failures of haiku: no cheaper model" in text


def test_explain_names_the_cheaper_model_that_lacks_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "zzz qqq 12345 %%%", "--agent", "QA_TESTER", "--json"]) == 0
    explanation = json.loads(capsys.readouterr().out)
    assert explanation["recommendation"]["model"] == "opus"
    assert explanation["kind"]["is_inside"] is False
    assert [record["model"] for record in explanation["models"]] == ["haiku", "opus"]
    assert "About 20 good outcomes of haiku" in explanation["would_change"]


def test_explain_names_the_trial_that_is_proposed_and_answers_as_if_there_were_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_snapshot(snapshot_file(), replace(learned_snapshot(), trials=(trial("proposed"),)))
    asked = ["explain", TESTING, "--agent", "QA_TESTER", "--json", "--parent-model"]
    for parent, is_proposed in (("opus", True), ("sonnet", False)):
        assert main([*asked, parent]) == 0
        explanation = json.loads(capsys.readouterr().out)
        assert explanation["recommendation"]["trial_id"] is None
        assert ("spawnwise trial show t" in explanation["would_change"]) is is_proposed


def test_explain_with_nothing_learned(capsys: pytest.CaptureFixture[str]) -> None:
    snapshot_file().unlink()
    assert main(["explain", TESTING]) == 0
    text = capsys.readouterr().out
    assert text.startswith("sonnet\nNothing is known")
    assert "next nightly run" in text


def test_nothing_that_a_terminal_obeys_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "x", "--agent", "\x1b]0;owned\x07\x9b2J"]) == 0
    out = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\x9b"} & set(out)
    assert "owned" in out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf"^ +{command}\b", text, re.MULTILINE)


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"spawnwise {version('spawnwise')}\n"


def test_a_mistyped_command_is_told_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["recomend", "x"])
    assert "Did you mean recommend?" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_describes_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    summary = COMMANDS[name].summary
    assert f"{summary[0].upper()}{summary[1:]}." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_their_options(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)
    assert "parent-model" in script


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["recommend"]])
def test_a_wrong_command_line_is_an_error_with_the_usage(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(argv)
    assert "usage: spawnwise" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.extra])
def test_a_command_without_its_libraries_says_what_to_install(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(module: str) -> NoReturn:
        raise ModuleNotFoundError(f"No module named 'absent' ({module})", name="absent")

    monkeypatch.setattr("recommender.commands.registry.importlib.import_module", missing)
    assert main([name]) == 2
    assert capsys.readouterr().err == (
        f"{name} needs absent, which is not installed. It comes with: pip install 'spawnwise[{COMMANDS[name].extra}]'\n"
    )


@pytest.mark.parametrize(
    ("code", "unneeded"),
    [
        ("import recommender", {"numpy", "tokenizers", "argparse", "json"}),
        ("from recommender import recommend; recommend('x')", {"openai", "psycopg", "wordllama", "asyncio", "pandas"}),
        ("from recommender.cli import main; main(['recommend', 'x'])", {"openai", "psycopg", "pipelines", "dagster"}),
    ],
)
def test_only_what_is_needed_is_imported(code: str, unneeded: set[str]) -> None:
    script = f"{code}\nimport sys\nprint('\\n' + ' '.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not unneeded & set(result.stdout.splitlines()[-1].split())


def test_only_a_file_of_the_data_home_is_blamed_on_its_setting() -> None:
    for path, is_ours in ((data_home() / "report.html", True), (Path("/elsewhere/report.html"), False)):
        words = unusable(PermissionError(errno.EACCES, "Permission denied", str(path)))
        assert words.startswith(f"{path} cannot be used (Permission denied)")
        assert ("SPAWNWISE_HOME" in words) is is_ours


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for command in ("schema", "recommend"):
        run = subprocess.run(
            [sys.executable, "-m", "recommender.cli", command, *["task"] * (command == "recommend")],
            stdout=writing,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, b"")
    os.close(writing)
