"""Look everywhere for what was purged."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from psycopg import sql

from pipelines.purge.removal import Removal
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

SHORTEST = 12  # characters of an id or a title: a shorter one may stand anywhere by chance
MOST_TITLES = 500  # that are looked for; ids are looked for however many they are
TOKEN = re.compile(r"[\w-]{12,}")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_OURS = {"postgres", "sample", "cache", "definitions"}  # the server's own files; what comes with the product
LEASE = ".lease"  # holds nothing, and anyone who closes it gives back this process's lock on it


def find_traces(settings: Settings, warehouse: Warehouse, removal: Removal) -> dict[str, int]:
    """Return in which tables and files an id or a title of what was removed still stands, and how many of them."""
    ids = {name for name in removal.ids if len(name) >= SHORTEST}
    titles = sorted((title for title in removal.titles if len(title) >= SHORTEST), key=len)[-MOST_TITLES:]
    found: Counter[str] = Counter()
    for place, content in _places(settings, warehouse):
        tokens = {*TOKEN.findall(content), *UUID.findall(content)}
        found[place] += len(ids & tokens) + sum(title in content for title in titles)
    return dict(+found)


def _places(settings: Settings, warehouse: Warehouse) -> Iterator[tuple[str, str]]:
    """Yield every row of every table, and every file of the data home, as (place, text)."""
    with warehouse.connect() as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, name in tables:
            query = sql.SQL("select t::text from {} as t").format(sql.Identifier(schema, name))
            with connection.cursor(name="places") as cursor:
                for (row,) in cursor.execute(query):
                    yield f"{schema}.{name}", row
    for path in _files(settings.home):
        yield str(path), path.read_bytes().decode("utf-8", "replace")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path) if path.name not in NOT_OURS else ()
        elif path.is_file() and path.suffix != LEASE:
            yield path
