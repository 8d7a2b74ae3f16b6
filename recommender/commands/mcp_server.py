"""The same answers over the Model Context Protocol, for any client that speaks it."""

import asyncio
import io
import json
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic_core import from_json

from recommender import explanation
from recommender.commands.registry import MissingExtraError, imported
from recommender.errors import SpawnwiseError
from recommender.journal import notes as journal
from recommender.journal.known_names import check_model, check_task
from recommender.lookup import arecommend

INSTRUCTIONS = (
    "Spawnwise knows from earlier runs which model each kind of task needs. Before you spawn an agent and no model "
    "was named, ask `recommend` with the task (word for word the prompt that you will give: by it the answer is tied "
    "to the spawn), the agent, your working folder as `project`, and your own model as `parent_model`. If `is_change` "
    "is true, spawn with the `model` (and `effort`, if there is one) of the answer, also where `source` is `trial`; "
    "otherwise name no model. A model that the user named stands. When the user says how a task went, pass it on with "
    "`feedback`; `record` is only for spawns that leave no log. Trials are the user's to start and stop."
)
_DIGITS = 1_000  # of a number; Python itself reads no more than 4,300


def build_server() -> MCPServer[Any]:
    """Return the server with its tools; what they refuse, they refuse with a reason."""
    server: MCPServer[Any] = MCPServer("spawnwise", instructions=INSTRUCTIONS)
    tools = (recommend, explain, record, feedback, stats, trial_list, trial_show, trial_start, trial_stop)
    for tool in tools:
        server.tool()(tool)
    return server


def serve() -> None:
    """Serve on standard input and output until the client leaves."""
    sys.stdin = io.TextIOWrapper(io.BufferedReader(_Readable(sys.stdin.buffer)), encoding="utf-8")
    build_server().run("stdio")


class _Readable(io.RawIOBase):
    """A client's lines as the protocol's library can read them: it gives no answer to one that it cannot."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines, self._rest = lines, b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is left of a line, or of the next one."""
        if not self._rest:
            self._rest = readable(self._lines.readline())
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def readable(line: bytes) -> bytes:
    """Return a line of JSON with a question mark for each half of a character, and no number of endless digits.

    A request that is nested too deep is left without its parameters; what is not JSON is returned as it is.
    """
    if _is_read(line):
        return line
    try:
        said = json.loads(line.decode(errors="replace"), parse_int=lambda digits: int(digits[:_DIGITS]))
        mended = _line(said)
        if isinstance(said, dict) and not _is_read(mended):
            mended = _line({name: said[name] for name in ("jsonrpc", "id", "method") if name in said})
    except (ValueError, RecursionError):
        return line
    return mended


def _is_read(line: bytes) -> bool:
    try:
        from_json(line)
    except ValueError:
        return False
    return True


def _line(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n"


async def recommend(
    task: str, agent: str | None = None, project: str | None = None, parent_model: str | None = None
) -> dict[str, Any]:
    """Recommend which agent and which model should do a task, with the evidence. Ask before each spawn.

    Give the whole task, word for word the prompt that the agent will get (by it the answer is tied to the spawn), the
    agent (leave it out if you have not chosen one), the folder that you work in as `project`, and your own model as
    `parent_model`. If `is_change` is true, spawn with the model that is answered; otherwise name none.
    """
    return (await arecommend(task, agent, project=project, parent_model=parent_model)).as_dict()


async def explain(
    task: str, agent: str | None = None, project: str | None = None, parent_model: str | None = None
) -> dict[str, Any]:
    """Explain a recommendation: the kind of task, each model's record there, and what would change the answer."""
    return await asyncio.to_thread(explanation.explain, task, agent, project=project, parent_model=parent_model)


async def record(
    task: str,
    agent: str,
    model: str,
    success: bool | None = None,
    duration_ms: int | None = None,
    error_message: str | None = None,
    cost_usd: float | None = None,
    session_id: str | None = None,
    parent_id: str | None = None,
    decision_id: str | None = None,
    effort: str | None = None,
) -> str:
    """Record how a spawned task went and return the record's id; leave `success` out where nobody knows.

    Only for spawns that leave no log of their own. Pass the `decision_id` that `recommend` gave, and the effort if you
    spawned with one.
    """
    try:
        await asyncio.to_thread(check_model, model)
        return journal.record(
            task,
            agent,
            model,
            success=success,
            duration_ms=duration_ms,
            error_message=error_message,
            cost_usd=cost_usd,
            session_id=session_id,
            parent_id=parent_id,
            decision_id=decision_id,
            effort=effort,
        )
    except (SpawnwiseError, ValueError, OSError) as error:
        raise ToolError(str(error)) from error


async def feedback(task_id: str, is_good: bool, remark: str | None = None) -> str:
    """Say how a task went, by the user's word, and return its id; the latest word on a task stands.

    `task_id` is the id of a record, a decision or a tool call, or `last` for the newest of these.
    """
    try:
        if task_id != "last":
            await asyncio.to_thread(check_task, task_id)
        return journal.feedback(task_id, is_good=is_good, remark=remark)
    except (SpawnwiseError, OSError) as error:
        raise ToolError(str(error)) from error


async def stats(days: int = 30) -> list[dict[str, Any]]:
    """Tell how often advice was followed and how it went, per mode and model."""
    return await asyncio.to_thread(_stats, max(1, min(days, journal.MAX_DAYS)))


async def trial_list() -> list[dict[str, Any]]:
    """List the trials of cheaper models that are proposed or running, with what is at stake and what they showed."""
    return await asyncio.to_thread(_trials().listed)


async def trial_show(trial_id: str) -> dict[str, Any]:
    """Show what a trial has shown so far: spawns, outcomes and failures of each model, its state and why."""
    actions = _trials()
    try:
        shown: dict[str, Any] = await asyncio.to_thread(actions.shown, trial_id)
    except actions.TrialError as error:
        raise ToolError(str(error)) from error
    return shown


async def trial_start(trial_id: str) -> str:
    """Start a proposed trial: every second spawn of its scope then runs on the cheaper model. Only if the user asks."""
    return await _trial_action("start", trial_id)


async def trial_stop(trial_id: str) -> str:
    """Stop a trial: its spawns run on the baseline again. Only if the user asks."""
    return await _trial_action("stop", trial_id)


async def _trial_action(action: str, trial_id: str) -> str:
    actions = _trials()
    try:
        return str(await asyncio.to_thread(actions.act, action, trial_id))
    except actions.TrialError as error:
        raise ToolError(str(error)) from error


def _trials() -> Any:
    try:
        return imported("pipelines.commands.trial_actions", "A trial", "learn")
    except MissingExtraError as error:
        raise ToolError(str(error)) from error


def _stats(days: int) -> list[dict[str, Any]]:
    try:
        advice = imported("pipelines.journal.advice", "stats", "learn")
    except MissingExtraError:  # without the pipeline no outcome is known here, only what was decided
        return journal.decision_counts(days)
    return [asdict(row) for row in advice.advice_now(days)]
