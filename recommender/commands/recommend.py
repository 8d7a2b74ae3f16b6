"""`spawnwise recommend`: which model, and which agent, for a task."""

import argparse
import sys
from pathlib import Path

from recommender.settings import patient
from recommender.terminal import add_json_argument, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("task", metavar="TASK", help="what the agent is to do; '-' reads it from standard input")
    parser.add_argument("--agent", help="the agent that will do it; without one, the best fitting is recommended")
    parser.add_argument("--project", metavar="FOLDER", help="folder that the agent works in (default: this one)")
    parser.add_argument("--parent-model", metavar="MODEL", help="model of the spawner: what would run without advice")
    parser.add_argument(
        "--draw", action="store_true", help="let a running trial draw the answer: for who spawns with what is answered"
    )
    add_json_argument(parser, "print every field as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the answer."""
    patient()
    from recommender.lookup import recommend

    answer = recommend(
        task_of(arguments),
        arguments.agent,
        project=project_of(arguments),
        parent_model=arguments.parent_model,
        draws_trials=arguments.draw,
    )
    agent = f" for {answer.agent}" if answer.agent else ""
    agent = f" at {answer.effort} effort{agent}" if answer.effort else agent
    say(arguments, f"{answer.model}{agent}\n{answer.reason}", **answer.as_dict())
    return 0


def task_of(arguments: argparse.Namespace) -> str:
    """Return the task that was given, or what stands in standard input."""
    if arguments.task != "-":
        return str(arguments.task)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def project_of(arguments: argparse.Namespace) -> str:
    """Return the folder that the spawn works in."""
    return str(Path(arguments.project or ".").absolute())
