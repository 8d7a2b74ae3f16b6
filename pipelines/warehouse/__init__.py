"""Postgres: an embedded server, or the one that DATABASE_URL names."""

from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.faults import DatabaseUnavailableError, WarehouseError
from pipelines.warehouse.statements import named_sql

__all__ = ["DatabaseUnavailableError", "Warehouse", "WarehouseError", "named_sql"]
