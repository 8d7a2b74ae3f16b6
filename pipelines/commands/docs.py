"""`spawnwise docs`: dbt's documentation of every table, with lineage, as one page."""

import argparse
import webbrowser
from pathlib import Path

from rich.console import Console

from pipelines.marts.invoke_dbt import DbtError
from pipelines.marts.run_dbt import write_documentation
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.terminal import add_json_argument, printable, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--no-open", action="store_true", help="write the page, but do not open the browser")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write elsewhere than in the data home")
    add_json_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the page, say where it is and open it; return 1 when dbt could not make it."""
    settings, console = Settings(), Console(stderr=True)
    with Warehouse.open(settings) as warehouse, console.status("dbt reads the project and the warehouse"):
        try:
            page = write_documentation(warehouse, settings, arguments.output)
        except DbtError as error:
            console.print(
                printable(f"{error}\nRun `spawnwise learn` once, so that the tables are there."),
                highlight=False,
                markup=False,
            )
            return 1
    say(arguments, str(page.resolve()), path=str(page.resolve()))
    if not arguments.no_open and not webbrowser.open(page.resolve().as_uri()):
        print("No browser was found here: open the file in one.")
    return 0
