"""The commands that need no pipeline: recommend, explain, record, feedback, install, uninstall, mcp."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from recommender.cli import printable
from recommender.home import claude_home, unusable

EPILOG = """\
commands of the nightly run (need Spawnwise's extra [learn]):
  learn      read logs and specs, learn, publish what a lookup needs
  ingest     only read new logs
  report     show or open the nightly report
  trial      try a cheaper model on every second spawn: list, start, stop, show
  stats      how often advice was followed, and how it went
  sql        query the warehouse
  doctor     check every piece and say what to do
  ui         open Dagster
  docs       open dbt's documentation
  schema     print the JSON Schema of the record format
  purge      delete a person's data everywhere

`spawnwise COMMAND --help` tells more of each.
"""
Options = argparse.Namespace
# Whoever starts a process waits for its imports anyway: on a busy machine they alone may take the lookup's deadline.
PATIENCE_MS = "1000"


def run_command(arguments: Sequence[str]) -> int:
    """Parse the command line, run its command and return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        raise
    except OSError as error:
        print(printable(unusable(error) if error.filename else str(error)), file=sys.stderr)
    except (ValueError, LookupError) as error:
        print(printable(str(error)), file=sys.stderr)
    return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of these commands."""
    parser = argparse.ArgumentParser(
        prog="spawnwise",
        description="Which agent and which model should do this task?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[Options], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(run=run)
        return command

    for command in (
        add("recommend", _recommend, "recommend a model (and an agent) for a task"),
        add("explain", _explain, "tell why, from which evidence, and what would change it"),
    ):
        command.add_argument("task", metavar="TASK", help="what the agent is to do; '-' reads it from standard input")
        command.add_argument("--agent", help="the agent that will do it; without one, the best fitting is recommended")
        command.add_argument("--project", help="folder that the agent works in (the current one)")
        command.add_argument("--parent-model", help="model of who spawns it: what would run without advice")
        command.add_argument("--json", action="store_true", help="print every field, for programs")
    _add_record(add("record", _record, "record a spawn that no transcript tells of"))
    command = add("feedback", _feedback, "say how a task went; the newest word on it stands")
    command.add_argument("task", metavar="TASK", help="id of a record, a decision or a tool call; 'last' is the newest")
    command.add_argument("verdict", choices=["good", "bad"])
    command.add_argument("--note", help="why; secrets are redacted")
    command.add_argument("--now", action="store_true", help="load it at once (needs spawnwise[learn])")
    for name, run, text in (
        ("install", _install, "put the hooks and the skill into Claude Code's settings"),
        ("uninstall", _uninstall, "take the hooks and the skill out of Claude Code's settings"),
    ):
        command = add(name, run, text)
        where = command.add_mutually_exclusive_group()
        where.add_argument("--project", action="store_true", help="in the current project's .claude (the default)")
        where.add_argument("--user", action="store_true", help="in your own Claude Code home, for all projects")
        command.add_argument("--dry-run", action="store_true", help="only tell what would be done")
        if name == "install":
            command.add_argument("--mode", choices=["off", "audit", "advise", "enforce"], default="advise")
            by = "how to enforce: change the call, or refuse it and name the model (for versions that ignore changes)"
            command.add_argument("--by", choices=["update", "deny"], default="update", help=by)
    add("mcp", _mcp, "serve recommend, explain, record and stats over MCP (needs spawnwise[mcp])")
    return parser


def _add_record(command: argparse.ArgumentParser) -> None:
    command.add_argument("task", metavar="TASK", help="what the agent did; '-' reads it from standard input")
    command.add_argument("--agent", required=True)
    command.add_argument("--model", required=True, help="the model that did it")
    command.add_argument("--new-model", action="store_true", help="the name is right, though nothing knows it yet")
    outcome = command.add_mutually_exclusive_group()
    outcome.add_argument("--success", dest="success", action="store_true", default=None)
    outcome.add_argument("--failure", dest="success", action="store_false")
    command.add_argument("--duration-ms", type=int)
    command.add_argument("--cost-usd", type=float)
    command.add_argument("--error", dest="error_message", help="what went wrong; secrets are redacted")
    command.add_argument("--session", dest="session_id")
    command.add_argument("--parent", dest="parent_id", help="id of the record of the task that spawned it")
    command.add_argument("--decision", dest="decision_id", help="decision_id of the recommendation it followed")
    command.add_argument("--id", dest="record_id", help="a record with the same id replaces the earlier one")
    command.add_argument("--now", action="store_true", help="load it at once (needs spawnwise[learn])")


def _recommend(options: Options) -> int:
    from recommender.lookup import recommend

    os.environ.setdefault("SPAWNWISE_DEADLINE_MS", PATIENCE_MS)
    answer = recommend(_task(options), options.agent, project=_project(options), parent_model=options.parent_model)
    if options.json:
        print(json.dumps(answer.as_dict()))
    else:
        agent = f" for {answer.agent}" if answer.agent else ""
        print(printable(f"{answer.model}{agent}\n{answer.reason}"))
    return 0


def _explain(options: Options) -> int:
    from recommender.explain import explain, in_words

    os.environ.setdefault("SPAWNWISE_DEADLINE_MS", PATIENCE_MS)
    explanation = explain(_task(options), options.agent, project=_project(options), parent_model=options.parent_model)
    print(json.dumps(explanation) if options.json else printable(in_words(explanation)))
    return 0


def _project(options: Options) -> str:
    return str(Path(options.project or ".").absolute())


def _record(options: Options) -> int:
    from recommender.journal import record
    from recommender.known import check_model

    if not options.new_model:
        check_model(options.model)
    fields = {name: value for name, value in vars(options).items() if name not in ("run", "now", "task", "new_model")}
    print(printable(record(_task(options), **fields)))
    return _load_journal() if options.now else 0


def _feedback(options: Options) -> int:
    from recommender.journal import feedback
    from recommender.known import check_task

    if options.task != "last" and (unchecked := check_task(options.task)):
        print(printable(unchecked), file=sys.stderr)
    print(printable(feedback(options.task, is_good=options.verdict == "good", remark=options.note)))
    return _load_journal() if options.now else 0


def _install(options: Options) -> int:
    from recommender.install import install

    return _tell(options, install(_claude_folder(options), options.mode, options.by, dry_run=options.dry_run))


def _uninstall(options: Options) -> int:
    from recommender.install import uninstall

    return _tell(options, uninstall(_claude_folder(options), dry_run=options.dry_run))


def _tell(options: Options, done: Sequence[str]) -> int:
    for line in done or ["nothing to do"]:
        print(f"would {line}" if options.dry_run and done else line)
    return 0


def _mcp(_: Options) -> int:
    try:
        from recommender.mcp_server import serve
    except ImportError:
        print(
            "mcp needs the package mcp: install it beside Spawnwise, or Spawnwise with its extra [mcp].",
            file=sys.stderr,
        )
        return 2
    serve()
    return 0


def _claude_folder(options: Options) -> Path:
    if options.user:
        return claude_home()
    return Path(".claude")


def _load_journal() -> int:
    try:
        from pipelines.journal.load import load_now
    except ImportError:
        print(
            "--now needs the pipeline: install Spawnwise with its extra [learn]. It is noted all the same.",
            file=sys.stderr,
        )
        return 2
    from pipelines.warehouse.faults import WarehouseError

    try:
        refused = load_now().lines_quarantined
    except WarehouseError as error:
        print(printable(f"{error} It is noted all the same, and the next learning run loads it."), file=sys.stderr)
        return 1
    if refused:
        print(f"{refused} lines of the journal cannot be loaded: see learning.ingest_quarantine.", file=sys.stderr)
    return 0


def _task(options: Options) -> str:
    if options.task != "-":
        return str(options.task)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")
