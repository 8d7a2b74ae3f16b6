"""`spawnwise report`: write the nightly report again, and open it."""

import argparse
import webbrowser
from pathlib import Path

from pipelines.publish.report.page import write_report
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.terminal import add_json_argument, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--with-text", action="store_true", help="show the titles of tasks, redacted, on the page")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write elsewhere than in the data home")
    add_json_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the page and say where it is."""
    settings = Settings()
    with_text = arguments.with_text or settings.report_with_text
    with Warehouse.open(settings) as warehouse:
        report = write_report(warehouse, settings, with_text=with_text, path=arguments.output)
    say(arguments, str(report.path.resolve()), path=str(report.path.resolve()))
    if arguments.open and not webbrowser.open(report.path.resolve().as_uri()):
        print("No browser was found here: open the file in one.")
    return 0
