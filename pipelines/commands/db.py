"""`spawnwise db`: keep the embedded server up for another program, and say how to reach it."""

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress

from pipelines.commands.ui import port, refuse_busy_address
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.local_door import READER, Access, open_door, reading_login
from recommender.terminal import add_json_argument

DATABASE = "spawnwise"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--port", type=port, help="port of 127.0.0.1 to listen on (default: one that is free)")
    add_json_argument(parser, "print the connection as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the connection string of a role that only reads, and keep the server up until interrupted."""
    settings = Settings()
    if settings.database_url:
        print("DATABASE_URL names a server, which is up by itself; `spawnwise roles` sets up who may read it.")
        return 0
    if sys.platform == "win32":
        print("Not on Windows yet. Install Postgres and set DATABASE_URL.", file=sys.stderr)
        return 1
    if arguments.port:
        refuse_busy_address("127.0.0.1", arguments.port)
    # Started in the background by a shell, this process would ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        Warehouse.open(settings) as warehouse,
        suppress(KeyboardInterrupt, SystemExit),
        reading_login(warehouse) as password,
    ):
        asyncio.run(_serve(arguments, warehouse, password))
    return 0


async def _serve(arguments: argparse.Namespace, warehouse: Warehouse, password: str) -> None:
    async with open_door(warehouse, arguments.port or 0) as number:
        access = Access("127.0.0.1", number, DATABASE, READER, password)
        if arguments.json:
            print(json.dumps(access._asdict() | {"url": access.url}), flush=True)
        else:
            print(access.url)
            print("It reads the marts and the serving tables (`spawnwise sql` lists them) and writes nothing.")
            print("The server is up, and the password good, until Ctrl-C.", flush=True)
        await asyncio.Event().wait()
