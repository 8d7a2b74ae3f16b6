"""`spawnwise schema`: the record format, for anyone who writes logs of another orchestrator."""

import argparse
import json

from pipelines.ingest.spawn_record import record_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: there is one format."""


def run(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of one line."""
    print(json.dumps(record_schema(), indent=2))
    return 0
