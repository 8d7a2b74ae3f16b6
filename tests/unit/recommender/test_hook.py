import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.cli import main
from recommender.home import journal_folder, snapshot_file
from recommender.hooks.hook_log import trouble_words, troubles
from recommender.journal.notes import CALLED_AGAIN_WITHIN, NothingNotedError, feedback
from recommender.published_rows import Tier
from recommender.recommendation import Recommendation
from recommender.settings import data_home
from recommender.snapshot import Snapshot
from recommender.snapshot_file import write_snapshot

ROOT = Path(__file__).parents[3]
TESTING = "write unit tests for the kalman filter"
Answer = dict[str, Any] | None

CHANGE = Recommendation(
    model="haiku",
    agent="QA_TESTER",
    is_change=True,
    source="cluster",
    reason="Use haiku: 97% against 98%.",
    success_rate=0.97,
    success_low=0.9,
    tasks_observed=30,
    expected_cost_usd=0.1,
    baseline_model="opus",
    work_type="test",
    cluster_id=0,
    cluster_label="Test · filters",
    similarity=0.9,
    trial_id=None,
    snapshot_version="v",
    snapshot_age_s=1.0,
    decision_id="d",
    propensity=1.0,
    latency_ms=1.0,
    baseline_source="parent",
)
TRIAL = replace(CHANGE, source="trial", trial_id="T1", trial_arm="candidate", propensity=0.5)
KEPT = replace(CHANGE, model="opus", is_change=False)
LOWER = replace(CHANGE, model="opus", effort="low", baseline_effort="medium")


class Lookup:
    """Answers with what a test says, and keeps what it was asked."""

    answer = CHANGE

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def recommend(self, task: str, agent: str | None = None, **known: Any) -> Recommendation:
        self.asked.append({"task": task, "agent": agent, **known})
        return self.answer


@pytest.fixture
def lookup(monkeypatch: pytest.MonkeyPatch) -> Lookup:
    """Have the hook ask a lookup that is told its answers."""
    found = Lookup()
    monkeypatch.setattr("recommender.lookup.Recommender", lambda: found)
    return found


@pytest.fixture(autouse=True)
def nobodys_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLAUDE_CODE_SUBAGENT_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL_FORCE", "SPAWNWISE_PINNED_AGENTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ordered(tmp_path: Path) -> str:
    """Publish a tier of the user's own that gives QA_TESTER haiku; return the transcript of a parent on opus."""
    tiers = (Tier("QA_TESTER", "haiku", True),)
    write_snapshot(snapshot_file(), Snapshot("none", datetime.now(UTC), tiers=tiers))
    return transcript(tmp_path / "s1.jsonl", assistant("claude-opus-5-5"))


def assistant(model: str, **fields: Any) -> dict[str, Any]:
    """Return a line of a transcript in which a model speaks."""
    return {"type": "assistant", "message": {"role": "assistant", "model": model}, **fields}


def transcript(path: Path, *lines: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    return str(path)


def spawn_event(**given: Any) -> dict[str, Any]:
    """Return what Claude Code says before a spawn."""
    return {
        "session_id": "s1",
        "transcript_path": "/nowhere/s1.jsonl",
        "cwd": "/nowhere",
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Agent",
        "tool_use_id": "toolu_1",
        "tool_input": {"description": "Kalman", "prompt": TESTING, "subagent_type": "QA_TESTER", **given},
    }


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a hook as Claude Code does: an event on standard input, an answer or nothing on standard output."""

    def ask(said: Any, *arguments: str) -> Answer:
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert main(["hook", *arguments]) == 0
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    return ask


def events() -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(journal_folder().glob("*")) for line in file.read_text().splitlines()]


def test_enforce_gives_back_the_whole_input_with_the_model(claude: Any, lookup: Lookup) -> None:
    said = spawn_event(run_in_background=True, custom={"kept": ["as", 1, None]})
    answer = claude(said, "pre-spawn", "--mode", "enforce")
    hook = answer["hookSpecificOutput"]
    assert hook["hookEventName"] == "PreToolUse"
    assert hook["updatedInput"] == {**said["tool_input"], "model": "haiku"}
    assert "permissionDecision" not in hook
    told = "spawnwise: QA_TESTER runs on haiku instead of opus. Use haiku: 97% against 98%."
    assert answer["systemMessage"] == told
    (event,) = events()
    assert (event["mode"], event["asked_model"], event["answered_model"]) == ("enforce", None, "haiku")
    assert (event["applied_model"], event["session_id"], event["tool_use_id"]) == ("haiku", "s1", "toolu_1")


def test_enforce_by_refusing_names_the_model(claude: Any, lookup: Lookup) -> None:
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce", "--by", "deny")
    hook = answer["hookSpecificOutput"]
    assert hook["permissionDecision"] == "deny"
    assert "model: 'haiku'" in hook["permissionDecisionReason"]
    assert claude(spawn_event(model="haiku"), "pre-spawn", "--mode", "enforce", "--by", "deny") is None


@pytest.mark.parametrize(("share", "is_that_call"), [(0.9, True), (1.1, False)])
@pytest.mark.parametrize(("asked", "answer"), [({"model": "haiku"}, CHANGE), ({"effort": "low"}, LOWER)])
def test_the_call_that_was_asked_for_is_that_decisions_for_some_minutes(
    claude: Any,
    lookup: Lookup,
    tmp_path: Path,
    share: float,
    is_that_call: bool,
    asked: dict[str, str],
    answer: Recommendation,
) -> None:
    lookup.answer = answer
    said = on_version(tmp_path, NEW)
    assert claude(said, "pre-spawn", "--mode", "enforce", "--by", "deny")
    (file,) = journal_folder().glob("*")
    (event,) = events()
    then = datetime.now(UTC) - share * CALLED_AGAIN_WITHIN
    file.write_text(json.dumps(event | {"at": then.isoformat()}) + "\n")
    lookup.answer = replace(KEPT, decision_id="e")
    said = said | {"tool_use_id": "toolu_2", "tool_input": said["tool_input"] | asked}
    for _ in range(2):
        assert claude(said, "pre-spawn", "--mode", "enforce", "--by", "deny") is None
    assert [event["decision_id"] for event in events()] == (["d", "d", "e"] if is_that_call else ["d", "e", "e"])
    assert [event["tool_use_id"] for event in events()] == ["toolu_1", "toolu_2", "toolu_2"]


def test_advise_only_tells(claude: Any, lookup: Lookup) -> None:
    answer = claude(spawn_event(), "pre-spawn", "--mode", "advise")
    told = "spawnwise: use haiku instead of opus for QA_TESTER. Use haiku: 97% against 98%."
    assert answer == {"systemMessage": told}
    assert events()[0]["applied_model"] is None


def test_audit_only_notes(claude: Any, lookup: Lookup) -> None:
    assert claude(spawn_event(), "pre-spawn", "--mode", "audit") is None
    assert [(event["mode"], event["applied_model"]) for event in events()] == [("audit", None)]


def test_off_does_nothing(claude: Any, lookup: Lookup, monkeypatch: pytest.MonkeyPatch) -> None:
    assert claude(spawn_event(), "pre-spawn", "--mode", "off") is None
    monkeypatch.setenv("SPAWNWISE_MODE", "off")
    assert claude(spawn_event(), "pre-spawn", "--mode", "enforce") is None
    assert (events(), lookup.asked) == ([], [])


@pytest.mark.parametrize(
    "answer",
    [
        KEPT,
        replace(KEPT, source="trial", trial_id="T1", trial_arm="baseline"),
        replace(CHANGE, baseline_model=None, baseline_source=None),
        replace(CHANGE, baseline_source="usual"),
        replace(CHANGE, model="gpt-5"),
    ],
)
@pytest.mark.parametrize("mode", [["advise"], ["enforce"], ["enforce", "--by", "deny"]])
def test_only_a_change_of_a_known_baseline_is_told_or_made(
    claude: Any, lookup: Lookup, answer: Recommendation, mode: list[str]
) -> None:
    lookup.answer = answer
    assert claude(spawn_event(), "pre-spawn", "--mode", *mode) is None
    assert [event["applied_model"] for event in events()] == [None]


def test_the_lookup_hears_where_the_spawn_is_and_what_would_run(claude: Any, lookup: Lookup, tmp_path: Path) -> None:
    said = spawn_event(model="sonnet") | {
        "cwd": "/home/dev/shop",
        "transcript_path": transcript(tmp_path / "s1.jsonl", assistant("claude-opus-5-5")),
    }
    claude(said, "pre-spawn", "--mode", "enforce")
    (asked,) = lookup.asked
    assert asked == {
        "task": "Kalman",
        "agent": "QA_TESTER",
        "prompt": TESTING,
        "project": "/home/dev/shop",
        "parent_model": "claude-opus-5-5",
        "asked_model": "sonnet",
        "asked_effort": None,
        "session_effort": None,
        "draws_trials": False,
        "applies_effort": False,
    }


@pytest.mark.parametrize(
    ("arguments", "given", "draws"),
    [
        (["--mode", "enforce"], {}, True),
        (["--mode", "enforce", "--by", "deny"], {}, False),
        (["--mode", "advise"], {}, False),
        (["--mode", "audit"], {}, False),
        (["--mode", "enforce"], {"model": "opus"}, False),
        (["--mode", "enforce"], {"resume": "agent-1"}, False),
        (["--mode", "enforce"], {"subagent_type": "pinned-one"}, False),
        (["--mode", "enforce"], {"prompt": f"{TESTING} [spawnwise: off]"}, False),
    ],
)
def test_trials_draw_only_where_the_draw_can_be_applied(
    claude: Any, lookup: Lookup, monkeypatch: pytest.MonkeyPatch, arguments: list[str], given: Any, draws: bool
) -> None:
    monkeypatch.setenv("SPAWNWISE_PINNED_AGENTS", "PINNED-*")
    claude(spawn_event(**given), "pre-spawn", *arguments)
    assert [asked["draws_trials"] for asked in lookup.asked] == [draws]


def test_a_trial_says_that_the_spawn_was_drawn(claude: Any, lookup: Lookup) -> None:
    lookup.answer = TRIAL
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    assert answer["hookSpecificOutput"]["updatedInput"]["model"] == "haiku"
    told = "spawnwise trial T1: haiku instead of opus for this spawn (every second one is drawn)"
    assert answer["systemMessage"] == told
    lookup.answer = replace(TRIAL, propensity=0.95)
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    assert answer["systemMessage"].endswith("(95% of them are drawn)")
    assert [event["applied_model"] for event in events()] == ["haiku", "haiku"]


@pytest.mark.parametrize("mode", ["advise", "enforce"])
def test_what_the_environment_forces_is_noted_and_left_alone(
    claude: Any, lookup: Lookup, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", "1")
    assert claude(spawn_event(), "pre-spawn", "--mode", mode) is None
    assert [(event["mode"], event["applied_model"]) for event in events()] == [(mode, None)]
    assert [asked["draws_trials"] for asked in lookup.asked] == [False]


def test_a_message_is_one_line_that_no_terminal_obeys(claude: Any, lookup: Lookup) -> None:
    lookup.answer = replace(CHANGE, reason="one\ntwo \x1b[31m")
    answer = claude(spawn_event(subagent_type="odd\x1bname"), "pre-spawn", "--mode", "advise")
    assert answer["systemMessage"].isprintable()


@pytest.mark.parametrize(
    "given",
    [
        {"model": "opus"},
        {"resume": "agent-1"},
        {"subagent_type": "pinned-one"},
        {"prompt": f"{TESTING} [spawnwise: off]"},
    ],
)
@pytest.mark.parametrize("mode", ["advise", "enforce"])
def test_a_spawn_that_is_not_ours_is_noted_and_left_alone(
    claude: Any, lookup: Lookup, given: dict[str, Any], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAWNWISE_PINNED_AGENTS", "other, PINNED-*")
    assert claude(spawn_event(**given), "pre-spawn", "--mode", mode) is None
    (event,) = events()
    assert event["asked_model"] == given.get("model")
    assert event["applied_model"] is None


def test_forks_and_other_tools_are_none_of_ours(claude: Any, lookup: Lookup) -> None:
    assert claude(spawn_event(subagent_type="fork"), "pre-spawn", "--mode", "enforce") is None
    assert claude({**spawn_event(), "tool_name": "Bash"}, "pre-spawn", "--mode", "enforce") is None
    assert (events(), lookup.asked) == ([], [])


def test_the_older_tool_name_is_known(claude: Any, lookup: Lookup) -> None:
    assert claude({**spawn_event(), "tool_name": "Task"}, "pre-spawn", "--mode", "enforce")


def test_an_agent_never_seen_keeps_the_model_of_its_spec(claude: Any, tmp_path: Path) -> None:
    spec = tmp_path / "repo" / ".claude" / "agents" / "new.md"
    spec.parent.mkdir(parents=True)
    spec.write_text("---\nname: fresh\ndescription: New here.\nmodel: sonnet\n---\nYou work.\n")
    said = spawn_event(subagent_type="fresh") | {
        "cwd": str(tmp_path / "repo"),
        "transcript_path": transcript(tmp_path / "s1.jsonl", assistant("claude-opus-5-5")),
    }
    for mode in ("enforce", "advise"):
        assert claude(said, "pre-spawn", "--mode", mode) is None
    assert {(event["answered_model"], event["answer_source"]) for event in events()} == {("sonnet", "baseline")}


def test_with_nothing_known_nothing_is_changed(claude: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_DEFAULT_MODEL", "haiku")
    for mode in ("enforce", "advise"):
        assert claude(spawn_event(subagent_type="SOMEBODY"), "pre-spawn", "--mode", mode) is None
    assert [event["applied_model"] for event in events()] == [None, None]


PARENTS = (
    ("the last line counts", [assistant("claude-haiku-4-5"), assistant("claude-opus-5-5"), {"type": "user"}], "opus"),
    ("not an agent's", [assistant("claude-opus-5-5"), assistant("claude-haiku-4-5", isSidechain=True)], "opus"),
    ("not a made-up one", [assistant("claude-opus-5-5"), assistant("<synthetic>")], "opus"),
    ("half a line", [assistant("claude-opus-5-5"), '{"message": {"model": "claude-ha'], "opus"),
    (
        "odd lines",
        [assistant("claude-opus-5-5"), '[{"model": 1}]\n', '{"message": {"model": 7}}\n', "\ud83d\n"],
        "opus",
    ),
    (
        "the end of a long one",
        [assistant("claude-opus-5-5"), {"x": "y" * 2**21}, assistant("claude-haiku-4-5")],
        "haiku",
    ),
    ("out of reach", [assistant("claude-opus-5-5"), {"x": "y" * 2**22}], None),
    ("nobody spoke", [{"type": "user"}], None),
    ("empty", [], None),
)


@pytest.mark.parametrize(("lines", "model"), [case[1:] for case in PARENTS], ids=[case[0] for case in PARENTS])
def test_the_parents_model_is_at_the_end_of_its_transcript(
    claude: Any, lookup: Lookup, tmp_path: Path, lines: list[Any], model: str | None
) -> None:
    path = tmp_path / "s1.jsonl"
    path.write_bytes(
        b"".join((x if isinstance(x, str) else json.dumps(x) + "\n").encode("utf-8", "surrogatepass") for x in lines)
    )
    claude(spawn_event() | {"transcript_path": str(path)}, "pre-spawn", "--mode", "advise")
    (asked,) = lookup.asked
    assert (model or "") in (asked["parent_model"] or "")
    assert (asked["parent_model"] is None) == (model is None)


def test_an_agent_that_spawns_is_the_parent(claude: Any, lookup: Lookup, tmp_path: Path) -> None:
    session = transcript(tmp_path / "s1.jsonl", assistant("claude-opus-5-5"))
    transcript(tmp_path / "s1" / "subagents" / "agent-a1.jsonl", assistant("claude-haiku-4-5", isSidechain=True))
    for agent_id in ("a1", "gone", "../../s1", "a/1"):
        claude(spawn_event() | {"transcript_path": session, "agent_id": agent_id}, "pre-spawn", "--mode", "advise")
    assert [asked["parent_model"] for asked in lookup.asked] == ["claude-haiku-4-5", None, None, None]


def test_what_is_no_transcript_is_not_waited_for(claude: Any, lookup: Lookup, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    odd = (str(tmp_path / "pipe.jsonl"), "/dev/zero", str(tmp_path), "/etc/passwd", "a\0.jsonl", "x" * 5_000, None, 7)
    for path in odd:
        claude(spawn_event() | {"transcript_path": path, "cwd": path}, "pre-spawn", "--mode", "advise")
    assert [asked["parent_model"] for asked in lookup.asked] == [None] * len(odd)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"tool_name": "Agent"}', b"\xff" * 100])
def test_on_any_error_nothing_is_printed_and_the_own_log_tells(claude: Any, content: bytes) -> None:
    assert claude(content, "pre-spawn", "--mode", "enforce") is None
    log = data_home() / "hook.log"
    assert "Error at " in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["pre-spawn", "--mode"], ["pre-spawn", "--mode", "nonsense"]])
def test_a_wrong_registration_never_stops_a_spawn(claude: Any, arguments: list[str]) -> None:
    assert claude(spawn_event(), *arguments) in (None, claude(spawn_event(), "pre-spawn"))


def test_the_log_holds_no_text_and_does_not_grow_for_ever(claude: Any) -> None:
    log = data_home() / "hook.log"
    log.parent.mkdir()
    log.write_text("x" * 2**21)
    claude(b'{"tool_name": "Agent", "secret": sk-ant-1}', "pre-spawn")
    assert len(log.read_text()) < 200
    assert "sk-ant" not in log.read_text()


def test_a_home_that_cannot_be_written_stops_nothing(
    claude: Any, lookup: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAWNWISE_HOME", "/proc/nowhere")
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    assert answer["hookSpecificOutput"]["updatedInput"]["model"] == "haiku"
    assert claude(b"{", "pre-spawn") is None


@pytest.mark.parametrize("name", ["hook.log", "journal/{month}.jsonl", "journal"])
@pytest.mark.parametrize("is_full", [False, True])
def test_a_pipe_or_a_full_disk_in_place_of_a_log_is_not_waited_for(
    claude: Any, lookup: Lookup, name: str, is_full: bool
) -> None:
    path = data_home() / name.format(month=f"{datetime.now(UTC):%Y-%m}")
    path.parent.mkdir(parents=True)
    if is_full:
        path.symlink_to("/dev/full")
    else:
        os.mkfifo(path)
    assert claude(b"{", "pre-spawn") is None
    answer = claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    assert answer["hookSpecificOutput"]["updatedInput"]["model"] == "haiku"
    if "journal/" in name:
        with pytest.raises(NothingNotedError):  # nor is it by what reads the journal
            feedback("last", is_good=True)


@pytest.mark.parametrize("redirected", ["0<&-", "1>&-", "2>&-", "1>/dev/full", "1>&- 2>&-"])
def test_a_closed_or_full_stream_ends_no_hook_with_an_error(redirected: str, ordered: str, tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    said.write_text(json.dumps(spawn_event() | {"transcript_path": ordered}))
    command = f"{sys.executable} -m recommender.cli hook pre-spawn --mode enforce <{said} {redirected}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert bool(done.stdout) == (redirected == "2>&-")


def test_a_full_disk_behind_an_answer_is_told_in_a_sentence(ordered: str) -> None:
    command = f"{sys.executable} -m recommender.cli recommend x >/dev/full"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (1, "The output cannot be written (No space left on device).\n")


def test_a_missed_answer_is_logged_and_told(claude: Any, lookup: Lookup) -> None:
    lookup.answer = replace(KEPT, similarity=None, problem="What was learned could not be read in time.")
    claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    assert troubles() == []  # where nothing was ever learned, no answer was missed
    write_snapshot(snapshot_file(), Snapshot("none", datetime.now(UTC)))
    claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    claude(b"{", "pre-spawn")
    lookup.answer = replace(KEPT, problem="The database did not answer.")
    claude(spawn_event(), "pre-spawn", "--mode", "enforce")
    (missed, error, copied) = troubles()
    assert copied.what == "answered from the local snapshot: The database did not answer."
    assert missed.what == "no learned answer: What was learned could not be read in time."
    assert "Error at" in error.what
    told = "1 spawn got no learned answer in time and 1 hook failed in the last 7 days"
    assert trouble_words([missed, error]) == told
    copies = "2 spawns got an answer from the local snapshot instead of the database"
    assert trouble_words([missed, copied, error, copied]) == told.replace(" and 1", f", {copies} and 1")
    assert events()[0]["problem"] == "What was learned could not be read in time."


def test_invented_work_changes_nothing(claude: Any, lookup: Lookup) -> None:
    lookup.answer = replace(CHANGE, is_sample=True)
    for mode in ("advise", "enforce"):
        assert claude(spawn_event(), "pre-spawn", "--mode", mode) is None
    assert [event["applied_model"] for event in events()] == [None, None]


def test_the_command_names_the_data_home(ordered: str, monkeypatch: pytest.MonkeyPatch, claude: Any) -> None:
    home = data_home()
    monkeypatch.setenv("SPAWNWISE_HOME", "/nowhere")
    answer = claude(spawn_event() | {"transcript_path": ordered}, "pre-spawn", "--mode", "enforce", "--home", str(home))
    assert answer["hookSpecificOutput"]["updatedInput"]["model"] == "haiku"


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("description", "prompt", "subagent_type", "model", "resume", "x\ud800"), jsons)
)


@given(fields | jsons, jsons, st.sampled_from(["audit", "advise", "enforce"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_is_told_it_answers_valid_json_or_nothing(
    claude: Any, lookup: Lookup, given: Any, session: Any, mode: str
) -> None:
    odd = dict.fromkeys(("session_id", "transcript_path", "cwd", "agent_id"), session)
    answer = claude({**spawn_event(), "tool_input": given, **odd}, "pre-spawn", "--mode", mode)
    if answer and mode == "enforce":
        updated = answer["hookSpecificOutput"]["updatedInput"]
        assert updated == {**given, "model": updated["model"]}


def test_subagent_stop_notes_the_model_that_ran(claude: Any, tmp_path: Path) -> None:
    transcript = tmp_path / "agent-a1.jsonl"
    lines = [{"type": "user"}, {"message": {"model": "<synthetic>"}}, {"message": {"model": "claude-haiku-4-5"}}]
    transcript.write_text("not json\n" + "\n".join(map(json.dumps, lines)))
    said = {"session_id": "s1", "agent_id": "a1", "agent_type": "QA_TESTER", "hook_event_name": "SubagentStop"}
    for path in (str(transcript), "/etc/passwd", "/dev/zero", str(tmp_path), None, 7):
        assert claude({**said, "agent_transcript_path": path}, "subagent-stop") is None
    assert [event["resolved_model"] for event in events()] == ["claude-haiku-4-5", *[None] * 5]
    assert events()[0]["agent_run_id"] == "a1"


def test_as_a_process_of_its_own(ordered: str) -> None:
    said = json.dumps(spawn_event() | {"transcript_path": ordered}).encode()
    command = [sys.executable, "-m", "recommender.cli", "hook", "pre-spawn", "--mode", "enforce"]
    result = subprocess.run(command, cwd=ROOT, input=said, capture_output=True, check=True)
    answer = json.loads(result.stdout)
    assert answer["hookSpecificOutput"]["updatedInput"]["model"] == "haiku"
    assert answer["systemMessage"].startswith("spawnwise: QA_TESTER runs on haiku instead of opus. ")
    assert result.stderr == b""


EFFORT = replace(CHANGE, model="opus", effort="low", baseline_effort="medium", reason="Use opus at low effort.")
NEW, OLD = "2.1.292", "2.1.291"


def on_version(folder: Path, version: str, **said: Any) -> dict[str, Any]:
    """Return what Claude Code of a version says before a spawn, with a transcript that names it."""
    path = transcript(
        folder / "s1.jsonl", json.dumps(assistant("claude-opus-5-5", version=version), separators=(",", ":"))
    )
    return spawn_event() | {"transcript_path": path, "effort": {"level": "medium"}} | said


def test_an_effort_is_written_where_the_client_takes_it(claude: Any, lookup: Lookup, tmp_path: Path) -> None:
    lookup.answer = EFFORT
    said = on_version(tmp_path, NEW)
    hook = claude(said, "pre-spawn", "--mode", "enforce")["hookSpecificOutput"]
    assert hook["updatedInput"] == {**said["tool_input"], "effort": "low"}
    assert hook["additionalContext"] == (
        "spawnwise: QA_TESTER runs on opus at low effort instead of medium effort. Use opus at low effort."
    )
    assert lookup.asked[0]["session_effort"] == "medium"
    (event,) = events()
    assert (event["answered_effort"], event["applied_effort"], event["baseline_effort"]) == ("low", "low", "medium")


def test_a_client_that_takes_no_effort_is_given_none(claude: Any, lookup: Lookup, tmp_path: Path) -> None:
    lookup.answer = EFFORT
    assert claude(on_version(tmp_path, OLD), "pre-spawn", "--mode", "enforce") is None
    lookup.answer = replace(EFFORT, model="haiku")
    hook = claude(on_version(tmp_path, OLD), "pre-spawn", "--mode", "enforce")["hookSpecificOutput"]
    assert hook["updatedInput"]["model"] == "haiku"
    assert "effort" not in hook["updatedInput"]
    assert [event["applied_effort"] for event in events()] == [None, None]


def test_a_fork_is_left_as_it_is(claude: Any, lookup: Lookup, tmp_path: Path) -> None:
    lookup.answer = EFFORT
    said = on_version(tmp_path, NEW)
    said["tool_input"]["subagent_type"] = "fork"
    assert claude(said, "pre-spawn", "--mode", "enforce") is None


def test_the_orchestrator_hears_of_a_change_in_one_line(claude: Any, lookup: Lookup) -> None:
    hook = claude(spawn_event(), "pre-spawn", "--mode", "enforce")["hookSpecificOutput"]
    assert hook["additionalContext"] == (
        "spawnwise: QA_TESTER runs on haiku instead of opus. Use haiku: 97% against 98%."
    )


@pytest.mark.parametrize(
    ("given", "environment", "obstacle"),
    [
        ({}, {}, None),
        ({"model": "opus"}, {}, "explicit_model"),
        ({"resume": "a1"}, {}, "resumed"),
        ({"prompt": "Go on. spawnwise: off"}, {}, "opted_out"),
        ({}, {"SPAWNWISE_PINNED_AGENTS": "QA_*"}, "pinned"),
        ({}, {"CLAUDE_CODE_SUBAGENT_MODEL_FORCE": "1"}, "forced"),
    ],
)
def test_what_keeps_the_hook_from_writing_is_noted(
    given: dict[str, str],
    environment: dict[str, str],
    obstacle: str | None,
    claude: Any,
    lookup: Lookup,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    claude(spawn_event(**given), "pre-spawn", "--mode", "enforce")
    (event,) = events()
    assert (event["obstacle"], event["applied_model"]) == (obstacle, None if obstacle else "haiku")
