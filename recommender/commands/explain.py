"""`spawnwise explain`: why a model is recommended, from which evidence, and what would change it."""

import argparse

from recommender.commands.recommend import add_arguments, project_of, task_of
from recommender.settings import patient
from recommender.terminal import say

__all__ = ["add_arguments", "run"]


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation."""
    from recommender.explanation import explain, in_words

    patient()
    explanation = explain(
        task_of(arguments), arguments.agent, project=project_of(arguments), parent_model=arguments.parent_model
    )
    say(arguments, in_words(explanation), **explanation)
    return 0
