"""SQL that lives in files: a long statement in one named for what it does, short ones together under their names."""

import re
import uuid
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

_HEADER = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def named_sql(module_file: str, name: str) -> LiteralString:
    """Return the statement in `sql/<name>.sql` beside the module, else the one of that name in `sql/statements.sql`.

    Pass `__file__` as `module_file`. Raises `KeyError` where there is none.
    """
    folder = Path(module_file).parent / "sql"
    path = folder / f"{name}.sql"
    if path.exists():
        return path.read_text(encoding="utf-8")
    return statements(folder / "statements.sql")[name]


@cache
def statements(path: Path) -> dict[str, LiteralString]:
    """Return the statements of a file by the names in their headers."""
    _, *parts = _HEADER.split(path.read_text(encoding="utf-8"))
    return {name: cast("LiteralString", text.strip()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def uuid_array(ids: Iterable[uuid.UUID]) -> str:
    """Return ids as the parameter of `any(%s::uuid [])`: psycopg would write each by itself, in ten times as long."""
    return "{" + ",".join([each.hex for each in ids]) + "}"
