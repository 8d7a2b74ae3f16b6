"""Claude Code's hooks: what it says on standard input, and what it is answered on standard output.

The shapes are those of https://code.claude.com/docs/en/hooks. Whatever goes wrong, nothing is printed and the exit code
is 0: a hook that fails must not stop a spawn.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender.home import data_home, private_folder

MODES = ("off", "audit", "advise", "enforce")
MEANS = ("update", "deny")
SPAWN_TOOLS = ("Agent", "Task")
# The tool takes these names only, not full model ids: https://code.claude.com/docs/en/sub-agents#choose-a-model
ALIASES = ("haiku", "sonnet", "opus", "fable")
OPT_OUT = re.compile(r"\bspawnwise\s*[:=]\s*off\b", re.IGNORECASE)
_INPUT_BYTES = 16 * 2**20
_LOG_BYTES = 2**20
_TRANSCRIPT_BYTES = 2**18


def run(arguments: Sequence[str]) -> int:
    """Answer one event: `pre-spawn [--mode MODE] [--by MEANS]` or `subagent-stop`. Always returns 0."""
    if arguments[:1] in (["--help"], ["-h"]):
        print(run.__doc__)
        return 0
    try:
        event, options = arguments[0], dict(zip(arguments[1::2], arguments[2::2], strict=False))
        mode = os.environ.get("SPAWNWISE_MODE") or options.get("--mode", "advise")
        means = os.environ.get("SPAWNWISE_ENFORCE_BY") or options.get("--by", "update")
        if mode not in MODES or means not in MEANS:
            raise ValueError
        if mode == "off":
            return 0
        handle: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
            "pre-spawn": lambda said: pre_spawn(said, mode, means),
            "subagent-stop": subagent_stop,
        }
        answer = handle[event](json.loads(sys.stdin.buffer.read(_INPUT_BYTES)))
        if answer:
            sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")
            sys.stdout.flush()
    except Exception as error:
        _log(error)
    return 0


def pre_spawn(said: dict[str, Any], mode: str, means: str = "update") -> dict[str, Any] | None:
    """Return what to answer to a PreToolUse event; None leaves the spawn alone."""
    given = said["tool_input"]
    if said.get("tool_name") not in SPAWN_TOOLS or not isinstance(given, dict) or given.get("subagent_type") == "fork":
        return None
    from recommender.cli import printable
    from recommender.journal import note_decision
    from recommender.lookup import Recommender
    from recommender.task_text import task_text
    from recommender.tiers import is_listed

    agent, description, prompt = (
        value if isinstance(value, str) else "" for value in map(given.get, ("subagent_type", "description", "prompt"))
    )
    agent = agent or "general-purpose"
    pinned = [name.strip() for name in os.environ.get("SPAWNWISE_PINNED_AGENTS", "").split(",") if name.strip()]
    recommendation = Recommender().recommend(description, agent, prompt=prompt)
    is_ours = not (
        given.get("model")
        or given.get("resume")
        or is_listed(agent, pinned)
        or OPT_OUT.search(f"{description}\n{prompt}")
    )
    # A default is no evidence: the spawn then runs on what Claude Code gives it.
    is_applicable = is_ours and recommendation.source != "default" and recommendation.model in ALIASES
    applied = recommendation.model if is_applicable and mode == "enforce" else None
    note_decision(
        recommendation,
        task_text(description, prompt),
        mode=mode,
        asked_model=_string(given.get("model")),
        applied_model=applied,
        session_id=_string(said.get("session_id")),
        tool_use_id=_string(said.get("tool_use_id")),
    )
    if not is_applicable or mode not in ("advise", "enforce"):
        return None
    message = printable(f"{agent} -> {recommendation.model}: {recommendation.reason}")
    if mode == "advise":
        return {"systemMessage": f"spawnwise advises {message}"}
    if means == "deny":
        reason = f"Spawn this again with model: {recommendation.model!r}. Spawnwise: {message}"
        decision = {"permissionDecision": "deny", "permissionDecisionReason": reason}
        return {"hookSpecificOutput": {"hookEventName": "PreToolUse", **decision}}
    updated = {"hookEventName": "PreToolUse", "updatedInput": {**given, "model": recommendation.model}}
    return {"hookSpecificOutput": updated, "systemMessage": f"spawnwise: {message}"}


def subagent_stop(said: dict[str, Any]) -> None:
    """Note that an agent has stopped, and the model it ran on: its transcript may be gone before the nightly run."""
    from recommender.journal import note

    note(
        "stop",
        session_id=_string(said.get("session_id")),
        agent_run_id=_string(said.get("agent_id")),
        agent=_string(said.get("agent_type")),
        resolved_model=_model_in(_string(said.get("agent_transcript_path"))),
    )


def _model_in(transcript: str | None) -> str | None:
    path = Path(transcript or "")
    if path.suffix != ".jsonl" or not path.is_file():
        return None
    with path.open("rb") as lines:
        for line in lines.read(_TRANSCRIPT_BYTES).splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            message = entry.get("message") if isinstance(entry, dict) else None
            model = message.get("model") if isinstance(message, dict) else None
            if isinstance(model, str) and not model.startswith("<"):
                return model
    return None


def _string(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _log(error: Exception) -> None:
    """Note what went wrong and where, without any text of the task."""
    trace, place = error.__traceback__, ""
    while trace:
        place, trace = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}", trace.tb_next
    try:
        private_folder(data_home())
        path = data_home() / "hook.log"
        flags = os.O_TRUNC if path.exists() and path.stat().st_size > _LOG_BYTES else os.O_APPEND
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
        os.write(descriptor, f"{datetime.now(UTC).isoformat()} {type(error).__name__} at {place}\n".encode())
        os.close(descriptor)
    except OSError:
        return
