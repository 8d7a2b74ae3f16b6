"""The user's own Claude Code as a judge: `claude -p`, one call at a time, with nothing of its surroundings.

Tools, hooks, plugins, MCP servers, settings, memory and session files are off, and it runs in an empty folder, so that
neither the user's work nor Spawnwise's own reading of logs sees it. What is judged is paid for by the user's
subscription, or by the key that Claude Code uses.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Any

from pipelines.audit.verdict import (
    INSTRUCTIONS,
    PROMPT_VERSION,
    JudgeError,
    JudgeLimitError,
    Verdict,
    question,
    read_answer,
)
from pipelines.ingest.files.find import AUDIT_DESK
from pipelines.ingest.sources.claude_code.reports import outage_kind
from pipelines.settings import Settings

MODEL = "haiku"
ENDING_S = 3.0  # how long it may take to end when told to
# What an enclosing session tells its children, and what would give it another model than it was asked for.
_NOT_INHERITED = ("CLAUDECODE", "CLAUDE_CODE_", "CLAUDE_AGENT_", "ANTHROPIC_MODEL", "ANTHROPIC_SMALL_FAST_MODEL")
_KEPT = (
    "CLAUDE_CODE_USE_",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_SKIP_",
    "CLAUDE_CODE_TMPDIR",
    "CLAUDE_CODE_CLIENT_",
)


class ClaudeCodeJudge:
    """Claude Code with the instructions; `name` names the model and the version of the instructions."""

    def __init__(self, settings: Settings) -> None:
        found = shutil.which(settings.claude_command)
        if not found:
            raise JudgeError(
                f"Claude Code is not there: no command {settings.claude_command}. Install it, name it in "
                "SPAWNWISE_CLAUDE_COMMAND, or set SPAWNWISE_JUDGE=off."
            )
        self._binary, self._model = found, settings.judge_model or MODEL
        self._desk, self._timeout = settings.home / AUDIT_DESK, settings.judge_timeout_s
        self.name = f"claude-code {self._model}/{PROMPT_VERSION}"

    def ask(self, evidence: str, dollars_left: float) -> Verdict:
        """Return its verdict; raises `JudgeLimitError` at a usage limit, `JudgeError` where it does not answer."""
        said = _answer_of(self._run(question(evidence), dollars_left))
        cost = said.get("total_cost_usd")
        return read_answer(
            str(said.get("result") or ""), evidence, float(cost) if isinstance(cost, int | float) else 0.0
        )

    def command(self, dollars_left: float) -> list[str]:
        """Return the command line; the evidence comes on standard input, where no list of processes shows it."""
        return [
            *(self._binary, "-p", "--model", self._model, "--output-format", "json"),
            *("--tools", "", "--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands"),
            *("--settings", '{"disableAllHooks":true}', "--no-session-persistence", "--permission-mode", "dontAsk"),
            *("--system-prompt", INSTRUCTIONS),
            *("--max-budget-usd", f"{max(dollars_left, 0.01):.2f}"),
        ]

    def _run(self, words: str, dollars_left: float) -> str:
        self._desk.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._desk) as folder:
            process = self._start(folder, dollars_left)
            try:
                output, _ = process.communicate(words.encode(), self._timeout)
            except subprocess.TimeoutExpired:
                raise JudgeError(
                    f"Claude Code did not answer within {self._timeout:.0f} seconds and was ended; the rest waits for "
                    "the next run. SPAWNWISE_JUDGE_TIMEOUT_S gives it more time."
                ) from None
            finally:
                _end(process)
        return output.decode("utf-8", "replace")

    def _start(self, folder: str, dollars_left: float) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                self.command(dollars_left),
                cwd=folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            message = f"{self._binary} does not start ({error.strerror}). Reinstall it, or set SPAWNWISE_JUDGE=off."
            raise JudgeError(message) from None


def _environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_KEPT) or not name.startswith(_NOT_INHERITED)
    }
    return inherited | {
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
        "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
        "CLAUDE_CODE_ENABLE_TELEMETRY": "0",
        "CLAUDE_CODE_MAX_RETRIES": "1",  # a limit is told at once, and not waited for
    }


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it has started, where it still runs."""
    if process.poll() is not None:
        return
    process.terminate()  # so that it may put away its own files
    try:
        process.communicate(timeout=ENDING_S)
    except subprocess.TimeoutExpired:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _answer_of(output: str) -> dict[str, Any]:
    """Return the result that Claude Code printed; raises where it is an error."""
    said = next(filter(None, map(_result_in, [output, *reversed(output.splitlines())])), None)
    if said is None:
        raise JudgeError(
            "Claude Code printed no result. `claude -p hello` in a terminal shows why: it may be too old (2.1.200 is "
            "enough), or not logged in."
        )
    if said.get("is_error") is True or str(said.get("subtype", "success")) != "success":
        kind = outage_kind(f"{said.get('result') or ''} {said.get('subtype') or ''}")
        if kind == "usage_limit" or said.get("api_error_status") == 429 or "budget" in str(said.get("subtype")):
            raise JudgeLimitError("Claude Code has reached a limit; the rest waits for the next run.")
        if kind == "login_expired" or said.get("api_error_status") in (401, 403):
            raise JudgeError("Claude Code is not logged in: run `claude` once and log in, or set SPAWNWISE_JUDGE=off.")
        raise JudgeError("Claude Code answered with an error; the rest waits for the next run.")
    return said


def _result_in(printed: str) -> dict[str, Any] | None:
    """Return the result in JSON, which is one object or, in verbose mode, the last of a list."""
    try:
        said = json.loads(printed)
    except (ValueError, RecursionError):
        return None
    said = said[-1] if isinstance(said, list) and said else said
    return said if isinstance(said, dict) and said.get("type") == "result" else None
