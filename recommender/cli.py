"""The command `spawnwise`. What answers at spawn time is here; the pipeline's commands are loaded when asked for."""

import argparse
import json
import sys
from collections.abc import Sequence

EPILOG = """\
commands of the nightly run (need `pip install 'spawnwise[learn]'`):
  learn      read logs and specs, learn, publish what a lookup needs
  ingest     only read logs and specs
  report     show or open the nightly report
  sql        query the warehouse
  doctor     check every piece and say what to do
  ui         open Dagster
  docs       open dbt's documentation
  schema     print the JSON Schema of the record format
  purge      delete a person's data everywhere

`spawnwise COMMAND --help` tells more of each.
"""
LEARNING_COMMANDS = frozenset({"learn", "ingest", "report", "sql", "doctor", "ui", "docs", "schema", "purge"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] and arguments[0] in LEARNING_COMMANDS:
        return _learning_command(arguments)
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spawnwise",
        description="Which agent and which model should do this task?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, text in (
        ("recommend", _recommend, "recommend a model (and an agent) for a task"),
        ("explain", _explain, "tell why, from which evidence, and what would change it"),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("task", metavar="TASK", help="what the agent is to do; '-' reads it from standard input")
        command.add_argument("--agent", help="the agent that will do it; without one, the best fitting is recommended")
        command.add_argument("--json", action="store_true", help="print every field, for programs")
        command.set_defaults(run=run)
    return parser


def _recommend(options: argparse.Namespace) -> int:
    from recommender.lookup import recommend

    answer = recommend(_task(options), options.agent)
    if options.json:
        print(json.dumps(answer.as_dict()))
    else:
        agent = f" for {answer.agent}" if answer.agent else ""
        print(printable(f"{answer.model}{agent}\n{answer.reason}"))
    return 0


def _explain(options: argparse.Namespace) -> int:
    from recommender.explain import explain, in_words

    explanation = explain(_task(options), options.agent)
    print(json.dumps(explanation) if options.json else printable(in_words(explanation)))
    return 0


def _task(options: argparse.Namespace) -> str:
    if options.task != "-":
        return str(options.task)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def printable(text: str) -> str:
    """Return text without what a terminal would obey: labels and titles come from logs."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def _learning_command(arguments: list[str]) -> int:
    try:
        from pipelines.cli import main as run
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        print(f"{arguments[0]} needs {missing}: run `pip install 'spawnwise[learn]'`.", file=sys.stderr)
        return 2
    return int(run(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
