"""Claude Code's hooks: what it says on standard input, and what it is answered on standard output.

The shapes are those of https://code.claude.com/docs/en/hooks. Whatever goes wrong, nothing is printed and the exit code
is 0: a hook that fails must not stop a spawn.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from recommender.hooks.exchange import (
    OPT_OUT,
    PATH_CHARACTERS,
    change_in_words,
    line,
    obstacle_in,
    text_in,
    without_idle_draw,
)
from recommender.hooks.hook_log import log_error, log_missed_answer
from recommender.settings import LookupSettings, is_subagent_model_forced, patient, use_data_home

if TYPE_CHECKING:
    from recommender.recommendation import Recommendation

MODES = ("off", "audit", "advise", "enforce")
MEANS = ("update", "deny")
SPAWN_TOOLS = ("Agent", "Task")
# The tool takes these names only, not full model ids: https://code.claude.com/docs/en/sub-agents#choose-a-model
ALIASES = ("haiku", "sonnet", "opus", "fable")
EFFORT_SINCE = (2, 1, 292)  # of Claude Code: from then on a spawn takes an effort
# A spawn takes minutes. Alone, a hook answers in a fraction of a second; ten at once on a machine with thirty busy
# processes for two cores took up to eight. The client gives it ten.
DEADLINE_MS = 8_000
_INPUT_BYTES = 16 * 2**20


def run(arguments: Sequence[str]) -> int:
    """Answer one event: `pre-spawn`, `codex-spawn`, `opencode-spawn` or `subagent-stop`. Always returns 0.

    Options: `--mode MODE`, `--by MEANS`, and `--home FOLDER`, the data folder.
    """
    if arguments[:1] in (["--help"], ["-h"]):
        print(run.__doc__)
        return 0
    try:
        event, options = arguments[0], dict(zip(arguments[1::2], arguments[2::2], strict=False))
        if "--home" in options:
            use_data_home(options["--home"])
        patient(DEADLINE_MS)
        settings = LookupSettings.from_environment()
        mode = settings.mode or options.get("--mode", "advise")
        means = settings.enforce_by or options.get("--by", "update")
        if mode not in MODES or means not in MEANS:
            raise ValueError
        if mode == "off":
            return 0
        answer = _handler(event, mode, means)(json.loads(sys.stdin.buffer.read(_INPUT_BYTES)))
        if answer:
            written = (json.dumps(answer, allow_nan=False) + "\n").encode()
            sys.stdout.buffer.write(written)
            sys.stdout.buffer.flush()
    except Exception as error:
        log_error(error)
        _forget_output()
    return 0


def _forget_output() -> None:
    """Let an answer that could not be written, or only half of it, go nowhere at the end of the process."""
    with contextlib.suppress(Exception):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _handler(event: str, mode: str, means: str) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    if event == "pre-spawn":
        return lambda said: pre_spawn(said, mode, means)
    if event == "subagent-stop":
        return subagent_stop
    from recommender.hooks import codex, opencode

    answer = {"codex-spawn": codex.answer, "opencode-spawn": opencode.answer}[event]
    return lambda said: answer(said, mode)


class _Spawn(NamedTuple):
    """A spawn as Claude Code tells of it before it happens."""

    given: dict[str, Any]
    agent: str
    description: str
    prompt: str
    asked_model: str | None
    asked_effort: str | None

    def obstacle(self) -> str | None:
        """Return why its model may not be changed: somebody chose one, or asked us to stay out."""
        from recommender.tiers import is_listed

        return obstacle_in(
            forced=is_subagent_model_forced(),
            explicit_model=self.given.get("model"),
            resumed=self.given.get("resume"),
            pinned=is_listed(self.agent, LookupSettings.from_environment().pinned_agents),
            opted_out=OPT_OUT.search(f"{self.description}\n{self.prompt}"),
        )


def pre_spawn(said: dict[str, Any], mode: str, means: str = "update") -> dict[str, Any] | None:
    """Return what to answer to a PreToolUse event; None leaves the spawn alone.

    Only a change of a known baseline is told or made. A trial draws where its draw can be carried out at once, and not
    where the spawn has to come back with a model in its call, by `deny`. That second call is the first decision's.
    """
    given = said["tool_input"]
    if said.get("tool_name") not in SPAWN_TOOLS or not isinstance(given, dict) or given.get("subagent_type") == "fork":
        return None
    from recommender.claude_files import parent_model, writer_version
    from recommender.journal.notes import note_call_again, note_decision
    from recommender.lookup import Recommender
    from recommender.text.task_text import task_text

    spawn = _spawn(given)
    obstacle, text = spawn.obstacle(), task_text(spawn.description, spawn.prompt)
    call = {"session_id": text_in(said.get("session_id")), "tool_use_id": text_in(said.get("tool_use_id"))}
    if (
        mode == "enforce"
        and means == "deny"
        and note_call_again(spawn.agent, text, spawn.asked_model, spawn.asked_effort, **call)
    ):
        return None
    transcript = text_in(said.get("transcript_path"), PATH_CHARACTERS)
    takes_effort = writer_version(transcript) >= EFFORT_SINCE
    recommendation = Recommender().recommend(
        spawn.description,
        spawn.agent,
        prompt=spawn.prompt,
        project=text_in(said.get("cwd"), PATH_CHARACTERS),
        parent_model=parent_model(transcript, text_in(said.get("agent_id"), PATH_CHARACTERS)),
        asked_model=spawn.asked_model,
        asked_effort=spawn.asked_effort,
        session_effort=text_in(_level(said.get("effort"))),
        draws_trials=mode == "enforce" and means == "update" and obstacle is None,
        applies_effort=takes_effort,
    )
    log_missed_answer(recommendation)
    if not takes_effort:
        recommendation = _without_effort(recommendation)
    if obstacle is None and recommendation.is_change and recommendation.model not in ALIASES:
        obstacle = "not_an_alias"
    is_applicable = obstacle is None and recommendation.may_be_applied and recommendation.is_change
    applied = _applied(recommendation) if is_applicable and mode == "enforce" else {}
    recommendation = without_idle_draw(recommendation, is_applied=bool(applied))
    note_decision(
        recommendation,
        text,
        mode=mode,
        asked_model=spawn.asked_model,
        applied_model=recommendation.model if applied else None,
        asked_effort=spawn.asked_effort,
        applied_effort=applied.get("effort"),
        obstacle=obstacle,
        **call,
    )
    return _answer(spawn, recommendation, mode, means) if is_applicable and mode in ("advise", "enforce") else None


def _spawn(given: dict[str, Any]) -> _Spawn:
    agent, description, prompt = (
        value if isinstance(value, str) else "" for value in map(given.get, ("subagent_type", "description", "prompt"))
    )
    model, effort = (text_in(given.get(name)) for name in ("model", "effort"))
    return _Spawn(given, agent or "general-purpose", description, prompt, model, effort)


def _level(effort: object) -> object:
    """Return the level in what Claude Code says of the session's effort."""
    return effort.get("level") if isinstance(effort, dict) else effort


def _without_effort(recommendation: "Recommendation") -> "Recommendation":
    if recommendation.effort is None:
        return recommendation
    is_change = recommendation.model != recommendation.baseline_model
    return replace(recommendation, effort=None, is_change=is_change)


def _applied(recommendation: "Recommendation") -> dict[str, str]:
    """Return what is written into the call; a denial asks for the same."""
    changed = {} if recommendation.model == recommendation.baseline_model else {"model": recommendation.model}
    return changed | ({"effort": recommendation.effort} if recommendation.effort else {})


def _answer(spawn: _Spawn, recommendation: "Recommendation", mode: str, means: str) -> dict[str, Any]:
    written, usual = _applied(recommendation), recommendation.baseline_model
    model = (
        f"{recommendation.model} at {recommendation.effort} effort" if recommendation.effort else recommendation.model
    )
    if recommendation.baseline_effort and recommendation.model == usual:
        usual = f"{recommendation.baseline_effort} effort"
    told = change_in_words(spawn.agent, recommendation, mode, model, usual)
    if mode == "advise":
        return {"systemMessage": told}
    if means == "deny":
        wanted = ", ".join(f"{name}: {value!r}" for name, value in written.items())
        asked = f"Spawn this again with {wanted}. spawnwise: {model} instead of {usual}. {recommendation.reason}"
        decision = {"permissionDecision": "deny", "permissionDecisionReason": line(asked)}
        return {"hookSpecificOutput": {"hookEventName": "PreToolUse", **decision}}
    updated = {"hookEventName": "PreToolUse", "updatedInput": {**spawn.given, **written}}
    return {"hookSpecificOutput": {**updated, "additionalContext": told}, "systemMessage": told}


def subagent_stop(said: dict[str, Any]) -> None:
    """Note that an agent has stopped, and the model it ran on: its transcript may be gone before the nightly run."""
    from recommender.claude_files import first_model
    from recommender.journal.notes import note

    note(
        "stop",
        session_id=text_in(said.get("session_id")),
        agent_run_id=text_in(said.get("agent_id")),
        agent=text_in(said.get("agent_type")),
        resolved_model=first_model(text_in(said.get("agent_transcript_path"), PATH_CHARACTERS)),
    )
