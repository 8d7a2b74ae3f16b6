"""`spawnwise export`: the marts and serving tables as Parquet, for a warehouse of one's own."""

import argparse
from pathlib import Path

from pipelines.object_store import absolute, address
from pipelines.publish.export import export_tables
from pipelines.publish.report.wording import counted
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.terminal import add_json_argument, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "destination", type=Path, metavar="DIR", help="a folder, or a bucket's s3://, gs:// or az:// address"
    )
    add_json_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the files and say how many; raises `ExportError`."""
    destination = absolute(arguments.destination)
    with Warehouse.open(Settings()) as warehouse:
        tables = export_tables(warehouse, destination)
    rows = sum(table.rows for table in tables)
    say(
        arguments,
        f"{counted(len(tables), 'table')} with {counted(rows, 'row')} exported to {address(destination)}.",
        path=address(destination),
        tables=[table._asdict() for table in tables],
    )
    return 0
