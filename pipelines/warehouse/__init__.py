"""Postgres: an embedded server, or the one that DATABASE_URL names."""

from pipelines.warehouse.connection import Warehouse, WarehouseError
from pipelines.warehouse.statements import named_sql

__all__ = ["Warehouse", "WarehouseError", "named_sql"]
