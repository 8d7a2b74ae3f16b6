"""`spawnwise sql`: query the warehouse without knowing where it is."""

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.commands.console import table_console
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, WarehouseError, named_sql, statements
from recommender.terminal import add_json_argument, printable

SMALL, DIGITS = 0.0001, 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "statement", nargs="?", help="the query; '-' reads it from standard input; without one, the tables are listed"
    )
    parser.add_argument("--tables", action="store_true", help="list the tables, each with its rows and what they are")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print CSV")
    add_json_argument(form, "print a JSON list of objects")
    parser.add_argument("--write", action="store_true", help="let the statement change data (default: read only)")
    parser.add_argument("--role", help="run as this role, for example spawnwise_analyst")


def run(arguments: argparse.Namespace) -> int:
    """Run one statement; return 1 and say why when Postgres refuses it."""
    is_listing = arguments.tables or arguments.statement is None
    statement = sys.stdin.read() if arguments.statement == "-" else arguments.statement
    with Warehouse.open(Settings()) as warehouse:
        try:
            if is_listing:
                names, rows = list_tables(warehouse, role=arguments.role)
            else:
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
    with _as_role(warehouse, role, read_only=read_only) as connection:
        cursor = connection.execute(statement.encode(), prepare=True)  # which takes one statement only
        if cursor.description is None:
            return [], []
        return [column.name for column in cursor.description], cursor.fetchall()


def list_tables(warehouse: Warehouse, *, role: str | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return every table that the role may read: its name, its rows, and what it holds."""
    with _as_role(warehouse, role, read_only=True) as connection:
        tables = connection.execute(named_sql(statements.__file__, "list_tables")).fetchall()
        one = psycopg.sql.SQL("select count(*) from {}")
        counts = [
            connection.execute(one.format(psycopg.sql.Identifier(schema, name))).fetchall()[0][0]
            for schema, name, _ in tables
        ]
    rows = [(f"{schema}.{name}", count, holds) for (schema, name, holds), count in zip(tables, counts, strict=True)]
    return ["table", "rows", "holds"], rows


@contextmanager
def _as_role(warehouse: Warehouse, role: str | None, *, read_only: bool) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect() as connection:
        connection.read_only = read_only
        if role:
            connection.execute(psycopg.sql.SQL("set local role {}").format(psycopg.sql.Identifier(role)))
        yield connection


def _printable_row(row: tuple[Any, ...]) -> list[str]:
    return ["" if value is None else printable(str(value)) for value in row]


def _print_table(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print a table for people: numbers rounded, and no wider than the terminal where there is one."""
    if not names:
        return
    is_narrow = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(names):
        is_number = all(isinstance(row[index], int | float | Decimal | None) for row in rows)
        table.add_column(
            Text(printable(name)), no_wrap=not is_narrow, overflow="fold", justify="right" if is_number else "left"
        )
    for row in rows:
        table.add_row(*map(Text, _printable_row(tuple(map(rounded, row)))))
    console = Console(highlight=False) if is_narrow else table_console()
    console.print(table)
    console.print(f"({len(rows):,} {'row' if len(rows) == 1 else 'rows'})")


def rounded(value: Any) -> Any:
    """Return a number as a person reads it: with two decimals, below 1 with four; what is no fraction stays."""
    if not isinstance(value, float | Decimal) or not math.isfinite(value):
        return value
    number = float(value)
    if number.is_integer():
        return f"{int(value)}"
    if abs(number) < SMALL:
        return f"{number:.{DIGITS}g}"
    return f"{number:.2f}" if abs(number) >= 1 else f"{number:.{DIGITS}f}".rstrip("0")
