"""SQL that lives in files named for what it does."""

from functools import cache
from pathlib import Path
from typing import LiteralString


@cache
def named_sql(module_file: str, name: str) -> LiteralString:
    """Return the statement in `sql/<name>.sql` beside the module; pass `__file__` as `module_file`."""
    return (Path(module_file).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
