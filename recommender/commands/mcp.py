"""`spawnwise mcp`: the same answers over the Model Context Protocol."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: a client talks to it over standard input and output."""


def run(_: argparse.Namespace) -> int:
    """Serve until the client hangs up."""
    from recommender.commands.mcp_server import serve

    serve()
    return 0
