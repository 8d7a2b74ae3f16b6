"""The same answers over the Model Context Protocol, for any client that speaks it."""

import asyncio
from dataclasses import asdict
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from recommender import explain as explanation
from recommender.commands.registry import MissingExtraError, imported
from recommender.journal import notes as journal
from recommender.lookup import arecommend

INSTRUCTIONS = "Ask `recommend` before spawning an agent, and tell `record` how it went."


def build_server() -> MCPServer[Any]:
    """Return the server with its tools; what they refuse, they refuse with a reason."""
    server: MCPServer[Any] = MCPServer("spawnwise", instructions=INSTRUCTIONS)
    for tool in (recommend, explain, record, stats, trial_list, trial_start, trial_stop):
        server.tool()(tool)
    return server


def serve() -> None:
    """Serve on standard input and output until the client leaves."""
    build_server().run("stdio")


async def recommend(
    task: str, agent: str | None = None, project: str | None = None, parent_model: str | None = None
) -> dict[str, Any]:
    """Recommend which agent and which model should do a task, with the evidence; spawn with the model it returns.

    Give the folder that you work in as `project` and your own model as `parent_model`.
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
) -> str:
    """Record how a spawned task went and return the record's id; leave `success` out where nobody knows."""
    try:
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
        )
    except (ValueError, OSError) as error:
        raise ToolError(str(error)) from error


async def stats(days: int = 30) -> list[dict[str, Any]]:
    """Tell how often advice was followed and how it went, per mode and model."""
    return await asyncio.to_thread(_stats, days)


async def trial_list() -> list[dict[str, Any]]:
    """List the trials of cheaper models that are proposed or running, with what is at stake and what they showed."""
    return await asyncio.to_thread(_trials().listed)


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
