"""`spawnwise feedback`: how a task went, by a person's word."""

import argparse
import sys

from recommender.commands.registry import imported
from recommender.errors import SpawnwiseError
from recommender.terminal import add_json_argument, printable, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("task", metavar="TASK", help="id of a record, a decision or a tool call; 'last' is the latest")
    parser.add_argument("verdict", choices=["good", "bad"])
    parser.add_argument("--note", help="why; secrets are redacted")
    add_now_argument(parser)
    add_json_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Note it, and print the task's id; raises `UnknownNameError` for an id that nothing knows."""
    from recommender.journal.known_names import check_task
    from recommender.journal.notes import feedback

    if arguments.task != "last" and (unchecked := check_task(arguments.task)):
        print(printable(unchecked), file=sys.stderr)
    task = feedback(arguments.task, is_good=arguments.verdict == "good", remark=arguments.note)
    say(arguments, task, id=task)
    return load_if_asked(arguments)


def add_now_argument(parser: argparse.ArgumentParser) -> None:
    """Let a person load what is noted without waiting for the night."""
    parser.add_argument("--now", action="store_true", help="load it at once (needs the extra [learn])")


def load_if_asked(arguments: argparse.Namespace) -> int:
    """Load the journal where `--now` asks for it; return the exit code. What is noted stays noted in any case."""
    if not arguments.now:
        return 0
    try:
        refused = imported("pipelines.journal.load", "--now", "learn").load_now().lines_quarantined
    except SpawnwiseError as error:
        print(printable(f"{error} It is noted, and the next learning run loads it."), file=sys.stderr)
        return 1
    if refused:
        print(f"{refused} lines of the journal cannot be loaded: see learning.ingest_quarantine.", file=sys.stderr)
    return 0
