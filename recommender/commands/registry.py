"""Every command of `spawnwise`: where it lives, what it does, and which extra of the package it needs."""

import importlib
from types import ModuleType
from typing import NamedTuple

from recommender.errors import SpawnwiseError

OURS = ("recommender", "pipelines")


class MissingExtraError(SpawnwiseError):
    """Something needs a library that is not installed."""

    def __init__(self, what: str, extra: str, error: ModuleNotFoundError) -> None:
        super().__init__(
            f"{what} needs {error.name}, which is not installed. It comes with: pip install 'spawnwise[{extra}]'"
        )


class Command(NamedTuple):
    """A command: a module with `add_arguments(parser)` and `run(arguments) -> exit code`, imported when it is called.

    `extra` is the extra of the package that brings its libraries, None where a bare install has them.
    """

    module: str
    summary: str
    extra: str | None = None


COMMANDS = {
    "learn": Command("pipelines.commands.learn", "read new logs, learn, publish the answers", "learn"),
    "recommend": Command("recommender.commands.recommend", "recommend a model, and an agent, for a task"),
    "explain": Command("recommender.commands.explain", "tell why, from which evidence, and what would change it"),
    "trial": Command(
        "pipelines.commands.trial", "try a cheaper model on every second spawn of a kind of work", "learn"
    ),
    "review": Command("pipelines.commands.review", "look at the spawns that teach most, one key each", "learn"),
    "audit": Command("pipelines.commands.audit", "have a sample of spawns judged, and show what was sent", "learn"),
    "report": Command("pipelines.commands.report", "write the nightly report again, and open it", "learn"),
    "stats": Command("pipelines.commands.stats", "show how often advice was followed, and how it went", "learn"),
    "install": Command("recommender.commands.install", "put the hook into Claude Code, Codex or opencode"),
    "uninstall": Command("recommender.commands.uninstall", "take it out again"),
    "record": Command("recommender.commands.record", "record a spawn that is in no log"),
    "feedback": Command("recommender.commands.feedback", "say how a task went; the latest word on it stands"),
    "mcp": Command(
        "recommender.commands.mcp", "serve recommend, explain, feedback, record, stats and trials over MCP", "mcp"
    ),
    "ingest": Command("pipelines.commands.ingest", "read new logs, and nothing more", "learn"),
    "push": Command("pipelines.commands.push", "send new logs to a team's server or bucket", "learn"),
    "sql": Command("pipelines.commands.sql", "query the warehouse, or list its tables", "learn"),
    "db": Command(
        "pipelines.commands.db", "keep the embedded database up for a BI tool, and say how to reach it", "learn"
    ),
    "roles": Command("pipelines.commands.roles", "set up the roles that may only read", "learn"),
    "export": Command("pipelines.commands.export", "write marts and serving tables as Parquet", "cloud"),
    "doctor": Command("pipelines.commands.doctor", "check every piece and say what to do", "learn"),
    "schedule": Command("pipelines.commands.schedule", "have this machine run the night by itself", "learn"),
    "ui": Command("pipelines.commands.ui", "open Dagster's web page on the nightly run", "learn"),
    "docs": Command("pipelines.commands.docs", "open dbt's documentation of every table, with lineage", "learn"),
    "schema": Command("pipelines.commands.schema", "print the JSON Schema of the record format"),
    "purge": Command("pipelines.commands.purge", "remove a session, a project or everything, everywhere", "learn"),
    "completion": Command("recommender.commands.completion", "print the completion script of a shell"),
}


def module_of(name: str) -> ModuleType:
    """Import a command's module; raise `MissingExtraError` where a library of its extra is missing."""
    command = COMMANDS[name]
    return imported(command.module, name, command.extra or "learn")


def imported(module: str, what: str, extra: str) -> ModuleType:
    """Import a module that needs an extra of the package: the one way from here to the pipeline.

    Raises `MissingExtraError`, which names `what` and the extra.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if is_ours(error):
            raise
        raise MissingExtraError(what, extra, error) from error


def is_ours(error: ModuleNotFoundError) -> bool:
    """Tell whether a module of ours is missing, which no extra brings."""
    return (error.name or "").partition(".")[0] in OURS
