"""Judges: what they are sent, and what of their answers counts."""

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.audit.chat import ChatJudge
from pipelines.audit.claude_code import ClaudeCodeJudge
from pipelines.audit.verdict import PROMPT_VERSION, JudgeError, JudgeLimitError, Verdict, is_quoted, read_answer
from pipelines.settings import Settings
from tests.support.chat_server import running_chat_server

EVIDENCE = "TASK:\nFind the limit\n\nTHE AGENT'S REPORT:\nThe *limit* is set in\nretry.py."
GOOD = {"verdict": "good", "fault": None, "confidence": 0.9, "quotation": "The limit is set in retry.py"}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (json.dumps(GOOD), Verdict("good", None, 0.9, GOOD["quotation"])),
        (f"Sure {{!}}\n```json\n{json.dumps(GOOD)}\n```", Verdict("good", None, 0.9, GOOD["quotation"])),
        (json.dumps(GOOD | {"verdict": "bad"}), Verdict("bad", "agent", 0.9, GOOD["quotation"])),
        (
            json.dumps(GOOD | {"verdict": "bad", "fault": "environment"}),
            Verdict("bad", "environment", 0.9, GOOD["quotation"]),
        ),
    ],
)
def test_an_answer_counts_in_whatever_words_it_stands(answer: str, verdict: Verdict) -> None:
    assert read_answer(answer, EVIDENCE) == verdict


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"verdict": "unclear"}, "cannot tell"),
        ({"quotation": "The limit is set in limit.py"}, "not in the evidence"),
        ({"quotation": ""}, "not in the evidence"),
        ({"quotation": "The"}, "not in the evidence"),
        ({"confidence": 0.4}, "not sure"),
        ({"confidence": 7}, "form"),
        ({"confidence": "very"}, "form"),
        ({"verdict": "excellent"}, "form"),
    ],
)
def test_what_cannot_be_relied_on_is_unclear(changed: dict[str, object], why: str) -> None:
    verdict = read_answer(json.dumps(GOOD | changed), EVIDENCE)
    assert verdict.verdict == "unclear"
    assert why in verdict.why_unclear


@pytest.mark.parametrize("answer", ["", "no", '{"verdict": "good"', "[]", "{" * 5_000])
def test_an_answer_without_an_object_is_unclear(answer: str) -> None:
    assert read_answer(answer, EVIDENCE).verdict == "unclear"


@pytest.mark.parametrize("mark", ["\\u0000", "\\ud800"])
def test_what_the_database_refuses_is_not_in_a_verdict(mark: str) -> None:
    verdict = read_answer(json.dumps(GOOD).replace("The limit", f"The limit{mark}"), EVIDENCE, float("nan"))
    assert "The limit" in verdict.quotation
    assert "\0" not in verdict.quotation
    assert verdict.quotation.encode()
    assert verdict.cost_usd == 0


def test_a_quotation_may_skip_words_but_not_make_them_up() -> None:
    assert is_quoted("Find the limit ... set in retry.py", EVIDENCE)
    assert not is_quoted("Find the limit ... set in limit.py", EVIDENCE)


def test_a_chat_model_is_sent_the_evidence_as_data() -> None:
    with running_chat_server() as server:
        server.answers = [json.dumps(GOOD)]
        judge = ChatJudge(Settings(judge_model="small", judge_base_url=server.url))
        assert judge.ask(EVIDENCE, 1.0).verdict == "good"
    system, user = server.requests[0]["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert EVIDENCE in user["content"]
    assert judge.name == f"small/{PROMPT_VERSION}"


@pytest.mark.parametrize(("status", "error"), [(401, JudgeError), (429, JudgeLimitError)])
def test_a_chat_model_that_fails_is_told_without_what_was_sent(status: int, error: type[JudgeError]) -> None:
    with running_chat_server() as server:
        server.answers = [status]
        with pytest.raises(error) as raised:
            ChatJudge(Settings(judge_model="small", judge_base_url=server.url)).ask(EVIDENCE, 1.0)
    assert raised.type is error
    assert "retry.py" not in str(raised.value)
    with pytest.raises(JudgeError, match="SPAWNWISE_JUDGE_API_KEY"):
        ChatJudge(Settings(judge_model="small"))
    with pytest.raises(JudgeError, match="SPAWNWISE_JUDGE_MODEL"):
        ChatJudge(Settings())


Client = Callable[..., ClaudeCodeJudge]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A program in Claude Code's place; it notes its arguments, its input, its folder and its environment."""
    monkeypatch.setenv("CLAUDECODE", "1")

    def write(body: str, timeout: float = 60.0) -> ClaudeCodeJudge:
        program = tmp_path / "claude"
        program.write_text(
            f"#!{sys.executable}\nimport json, os, sys, time\n"
            f"told = dict(arguments=sys.argv[1:], given=sys.stdin.read(), folder=os.listdir(), cwd=os.getcwd(),"
            f" nested=os.environ.get('CLAUDECODE'))\n"
            f"json.dump(told, open({str(tmp_path / 'told.json')!r}, 'w'))\n{body}\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return ClaudeCodeJudge(Settings(claude_command=str(program), judge_timeout_s=timeout))

    return write


def _result(**fields: object) -> str:
    return f"print({json.dumps({'type': 'result', 'subtype': 'success', 'is_error': False} | fields)!r})"


def test_claude_code_is_asked_alone(client: Client, tmp_path: Path) -> None:
    judge = client(_result(result=json.dumps(GOOD), total_cost_usd=0.02))
    verdict = judge.ask(EVIDENCE, 0.5)
    assert (verdict.verdict, verdict.cost_usd) == ("good", 0.02)
    told = json.loads((tmp_path / "told.json").read_text())
    arguments = " ".join(told["arguments"])
    for option in ("--setting-sources  ", "--tools  ", "--no-session-persistence", "--strict-mcp-config", "usd 0.50"):
        assert option in arguments
    assert "disableAllHooks" in arguments
    assert "Find the limit" not in arguments, "a list of processes would show it"
    assert "Find the limit" in told["given"]
    assert (told["folder"], told["nested"]) == ([], None)
    assert not Path(told["cwd"]).exists(), "the folder was for this call"


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (_result(is_error=True, result="You've hit your limit", api_error_status=429), JudgeLimitError, "limit"),
        (_result(is_error=True, subtype="error_max_budget_usd"), JudgeLimitError, "limit"),
        (_result(is_error=True, result="Not logged in", api_error_status=401), JudgeError, "log in"),
        (_result(is_error=True, result="API Error: 500"), JudgeError, "error"),
        ("print('Segmentation fault')", JudgeError, "no result"),
        ("sys.exit(3)", JudgeError, "no result"),
    ],
)
def test_what_claude_code_says_in_place_of_an_answer(
    body: str, error: type[JudgeError], words: str, client: Client
) -> None:
    with pytest.raises(JudgeError, match=words) as raised:
        client(body).ask(EVIDENCE, 0.5)
    assert raised.type is error


@pytest.mark.parametrize("after", ["print('Update available')", ""])
def test_what_is_printed_around_the_result_does_no_harm(after: str, client: Client) -> None:
    body = f"print('Welcome')\n{_result(result=json.dumps(GOOD))}\n{after}"
    assert client(body).ask(EVIDENCE, 0.5).verdict == "good"


def test_a_client_that_does_not_start_is_told(client: Client, tmp_path: Path) -> None:
    judge = client("")
    (tmp_path / "claude").write_bytes(b"\x7fELF")
    with pytest.raises(JudgeError, match="does not start"):
        judge.ask(EVIDENCE, 0.5)


def test_a_client_that_hangs_is_ended_and_one_that_is_not_there_is_told(client: Client, tmp_path: Path) -> None:
    judge = client("json.dump(os.getpid(), open('../pid', 'w')); time.sleep(600)", timeout=10.0)
    with pytest.raises(JudgeError, match="did not answer within 10 seconds"):
        judge.ask(EVIDENCE, 0.5)
    (desk,) = Path(os.environ["SPAWNWISE_HOME"]).glob("*desk")
    with pytest.raises(ProcessLookupError):
        os.kill(int((desk / "pid").read_text()), 0)
    with pytest.raises(JudgeError, match="not there"):
        ClaudeCodeJudge(Settings(claude_command=str(tmp_path / "absent")))
