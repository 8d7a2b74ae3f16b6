"""Postgres: an embedded server, or the one that DATABASE_URL names."""

from typing import TYPE_CHECKING, Any

from pipelines.warehouse.faults import DatabaseUnavailableError, WarehouseError
from pipelines.warehouse.statements import named_sql, uuid_array

if TYPE_CHECKING:
    from pipelines.warehouse.connection import Warehouse

__all__ = ["DatabaseUnavailableError", "Warehouse", "WarehouseError", "named_sql", "uuid_array"]


def __getattr__(name: str) -> Any:
    """Import `Warehouse` where it is asked for: its libraries load while the embedded server starts."""
    if name == "Warehouse":
        from pipelines.warehouse.connection import Warehouse

        return Warehouse
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
