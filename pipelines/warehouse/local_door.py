"""A door to the embedded server for programs that know no sockets: one role, with a password, from this machine."""

import asyncio
import contextlib
import secrets
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pipelines.warehouse.connection import Warehouse

READER = "spawnwise_reader"
WITH_PASSWORD = f"all {READER} {{place}}scram-sha-256"
SSL, GSS, CANCEL = 80877103, 80877104, 80877102  # codes that come in place of a version of the protocol
MOST_STARTUP_BYTES = 10_000
REFUSED = f"This door is for the role {READER} alone."


class Access(NamedTuple):
    """How another program reaches the marts."""

    host: str
    port: int
    database: str
    user: str
    password: str

    @property
    def url(self) -> str:
        """Return the connection string."""
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.database}"


@contextlib.contextmanager
def reading_login(warehouse: Warehouse) -> Iterator[str]:
    """Give the reader a new password and yield it; without one again, it cannot log in."""
    password = secrets.token_urlsafe(18)
    role = sql.Identifier(READER)
    with warehouse.connect() as connection:
        if not connection.execute("select true from pg_roles where rolname = %s", [READER]).fetchone():
            connection.execute(sql.SQL("create role {}").format(role))
        analyst = connection.execute("select learning.reading_role('analyst')").fetchone()
        assert analyst is not None
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(analyst[0]), role))
        connection.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(role))
        connection.execute(sql.SQL("alter role {} login password {}").format(role, sql.Literal(password)))
        _ask_for_passwords(Path(connection.execute("show hba_file").fetchall()[0][0]))
        connection.execute("select pg_reload_conf()")
    try:
        yield password
    finally:
        with warehouse.connect() as connection:
            connection.execute(sql.SQL("alter role {} nologin password null").format(role))


def _ask_for_passwords(rules: Path) -> None:
    """Have the server ask this role for its password: it trusts anyone who else opens its private socket."""
    text = rules.read_text(encoding="utf-8")
    lines = [f"local {WITH_PASSWORD.format(place='')}", f"host {WITH_PASSWORD.format(place='127.0.0.1/32 ')}"]
    if lines[0] not in text.splitlines():
        rules.write_text("\n".join([*lines, text]), encoding="utf-8")


@contextlib.asynccontextmanager
async def open_door(warehouse: Warehouse, port: int) -> AsyncIterator[int]:
    """Listen on 127.0.0.1 and yield the port; hand on to the server's socket anyone who comes as the reader."""
    folder = str(conninfo_to_dict(warehouse.dsn)["host"])
    socket = str(Path(folder) / ".s.PGSQL.5432")

    async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.IncompleteReadError):
            startup = await _startup(reader, writer)
            if startup is None:
                writer.write(_error(REFUSED))
            elif sys.platform != "win32":  # where the embedded server has no such socket
                inside, outside = await asyncio.open_unix_connection(socket)
                outside.write(startup)
                await asyncio.gather(_hand_on(reader, outside), _hand_on(inside, writer))
        writer.close()

    server = await asyncio.start_server(let_in, "127.0.0.1", port)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
    """Return the first message, None where it is another role's; what asks for encryption is answered with no."""
    while True:
        head = await reader.readexactly(8)
        size, code = struct.unpack("!ii", head)
        if code in (SSL, GSS):
            writer.write(b"N")
            continue
        if not 8 <= size <= MOST_STARTUP_BYTES:
            return None
        rest = await reader.readexactly(size - 8)
        if code == CANCEL:
            return head + rest
        words = rest.split(b"\0")
        named = dict(zip(words[::2], words[1::2], strict=False))
        return head + rest if named.get(b"user") == READER.encode() and b"replication" not in named else None


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _error(message: str) -> bytes:
    fields = b"".join(
        kind + text.encode() + b"\0" for kind, text in ((b"S", "FATAL"), (b"C", "28000"), (b"M", message))
    )
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"
