"""The real Claude Code as a judge: alone with the evidence, within its budget, and silent in the user's home."""

import json
import os
from pathlib import Path

import pytest

from pipelines.audit.claude_code import ClaudeCodeJudge
from pipelines.audit.verdict import JudgeError, JudgeLimitError
from pipelines.settings import Settings
from tests.clients.model_server import Script, Turn, serving
from tests.clients.programs import program

EVIDENCE = "TASK:\nFind the limit\n\nTHE AGENT'S REPORT:\nIt is set in retry.py."
ANSWER = {"verdict": "good", "fault": None, "confidence": 0.9, "quotation": "It is set in retry.py"}
EVENTS = ("SessionStart", "UserPromptSubmit", "Stop", "SessionEnd")


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClaudeCodeJudge:
    """A judge whose user has hooks and a memory."""
    home = tmp_path / "user"
    (home / ".claude").mkdir(parents=True)
    hooks = {event: [{"hooks": [{"type": "command", "command": f"touch {tmp_path}/fired"}]}] for event in EVENTS}
    (home / ".claude" / "settings.json").write_text(json.dumps({"hooks": hooks}))
    (home / ".claude" / "CLAUDE.md").write_text("Always answer: banana.")
    monkeypatch.delenv("CLAUDE_CONFIG_DIR")
    for name, value in {"HOME": str(home), "TMPDIR": str(tmp_path), "ANTHROPIC_API_KEY": "not-a-key"}.items():
        monkeypatch.setenv(name, value)
    return ClaudeCodeJudge(Settings(claude_command=str(program("claude")), judge_timeout_s=100))


class Kept(Script):
    """Keeps the requests too."""

    def answer(self, body: object) -> Turn:
        self.__dict__.setdefault("bodies", []).append(body)
        return super().answer(body)  # type: ignore[arg-type]


def test_it_sees_the_evidence_and_nothing_of_its_user(
    judge: ClaudeCodeJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Kept({"": [Turn(json.dumps(ANSWER))]})
    with serving(script) as url:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        verdict = judge.ask(EVIDENCE, 0.5)
    assert (verdict.verdict, verdict.quotation) == ("good", ANSWER["quotation"])
    assert verdict.cost_usd > 0
    (body,) = script.__dict__["bodies"]
    assert not body.get("tools")
    assert "Find the limit" in json.dumps(body["messages"])
    assert "banana" not in json.dumps(body)
    assert not (tmp_path / "fired").exists()
    assert list(Path(os.environ["HOME"]).rglob("*.jsonl")) == []
    assert list(Path(os.environ["SPAWNWISE_HOME"]).rglob("*.*")) == []


@pytest.mark.parametrize(("status", "error"), [(429, JudgeLimitError), (401, JudgeError)])
def test_a_limit_and_a_lost_login_are_told(
    status: int, error: type[JudgeError], judge: ClaudeCodeJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Script({"": [Turn("no", status=status)]})) as url:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        with pytest.raises(error) as raised:
            judge.ask(EVIDENCE, 0.5)
    assert raised.type is error
