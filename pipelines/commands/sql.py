"""`spawnwise sql`: query the warehouse without knowing where it is."""

import argparse
import csv
import json
import sys
from typing import Any

import psycopg
from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.commands.terminal import table_console
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, WarehouseError
from recommender.terminal import add_json_argument, printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("statement", help="the query; '-' reads it from standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print CSV")
    add_json_argument(form, "print a JSON list of objects")
    parser.add_argument("--write", action="store_true", help="let the statement change data (default: read only)")
    parser.add_argument("--role", help="run as this role, for example spawnwise_analyst")


def run(arguments: argparse.Namespace) -> int:
    """Run one statement; return 1 and say why when Postgres refuses it."""
    statement = sys.stdin.read() if arguments.statement == "-" else arguments.statement
    with Warehouse.open(Settings()) as warehouse:
        try:
            names, rows = query(warehouse, statement, read_only=not arguments.write, role=arguments.role)
        except psycopg.Error as error:
            print(printable(str(error).strip()), file=sys.stderr)
            return 1
        except WarehouseError as error:
            refused = isinstance(error.__cause__, psycopg.errors.ReadOnlySqlTransaction) and not arguments.write
            told = "Queries are read only; add --write to change data." if refused else printable(str(error))
            print(told, file=sys.stderr)
            return 1
    if arguments.json:
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str))
    elif arguments.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(map(_printable_row, rows) if sys.stdout.isatty() else rows)
    else:
        _print_table(names, rows)
    return 0


def query(
    warehouse: Warehouse, statement: str, *, read_only: bool = True, role: str | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return column names and rows of one statement; both are empty where it returns none."""
    with warehouse.connect() as connection:
        connection.read_only = read_only
        if role:
            connection.execute(psycopg.sql.SQL("set local role {}").format(psycopg.sql.Identifier(role)))
        cursor = connection.execute(statement.encode(), prepare=True)  # which takes one statement only
        if cursor.description is None:
            return [], []
        return [column.name for column in cursor.description], cursor.fetchall()


def _printable_row(row: tuple[Any, ...]) -> list[str]:
    return ["" if value is None else printable(str(value)) for value in row]


def _print_table(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    if not names:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        table.add_column(Text(printable(name)), no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, _printable_row(row)))
    console = table_console()
    console.print(table)
    console.print(f"({len(rows):,} rows)")
