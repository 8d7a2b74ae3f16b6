"""`spawnwise record`: a spawn that is in no log."""

import argparse

from recommender.commands.feedback import add_now_argument, load_if_asked
from recommender.commands.recommend import task_of
from recommender.terminal import add_json_argument, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("task", metavar="TASK", help="what the agent did; '-' reads it from standard input")
    parser.add_argument("--agent", required=True)
    parser.add_argument("--model", required=True, help="the model that did it")
    parser.add_argument("--effort", help="the effort that it was spawned with, if any was named")
    parser.add_argument("--new-model", action="store_true", help="the name is right, though nothing knows it yet")
    outcome = parser.add_mutually_exclusive_group()
    outcome.add_argument("--success", dest="success", action="store_true", default=None)
    outcome.add_argument("--failure", dest="success", action="store_false")
    parser.add_argument("--duration-ms", type=int)
    parser.add_argument("--cost-usd", type=float)
    parser.add_argument("--error", dest="error_message", help="what went wrong; secrets are redacted")
    parser.add_argument("--session", dest="session_id")
    parser.add_argument("--parent", dest="parent_id", help="id of the record of the task that spawned it")
    parser.add_argument("--decision", dest="decision_id", help="decision_id of the recommendation it followed")
    parser.add_argument("--id", dest="record_id", help="a record with the same id replaces the earlier one")
    add_now_argument(parser)
    add_json_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Note it, and print its id; raises `UnknownNameError` for a model that nothing knows."""
    from recommender.journal.known_names import check_model
    from recommender.journal.notes import record

    if not arguments.new_model:
        check_model(arguments.model)
    not_told = ("now", "json", "task", "new_model")
    fields = {name: value for name, value in vars(arguments).items() if name not in not_told}
    noted = record(task_of(arguments), **fields)
    say(arguments, noted, id=noted)
    return load_if_asked(arguments)
