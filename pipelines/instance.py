"""Dagster's instance: run history and event log in the warehouse's server, so that one place holds and forgets all."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
from psycopg import sql
from psycopg2 import Error as DriverError
from sqlalchemy import event, exc, make_url, pool

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.connection import LIMITS

PACKAGED_CONFIGURATION = Path(__file__).parent / "dagster.yaml"
SCHEMA = "dagster"
STATEMENT_TIMEOUT_MS = 60_000


def prepare_instance(settings: Settings, warehouse: Warehouse) -> Path:
    """Set up Dagster's folder, schema and environment, and return the folder; a changed dagster.yaml stays as it is."""
    folder = settings.dagster_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    configuration = folder / PACKAGED_CONFIGURATION.name
    if not configuration.exists():
        configuration.write_text(PACKAGED_CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    with warehouse.connect() as connection:
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("DAGSTER_DATABASE_URL", _dagster_url(warehouse))
    return folder


def open_instance(settings: Settings, warehouse: Warehouse) -> dg.DagsterInstance:
    """Return the instance that the web page shows too."""
    instance = dg.DagsterInstance.from_config(str(prepare_instance(settings, warehouse)))
    # Else each of two thousand queries about events would open a connection of its own.
    instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, pool_recycle=600, max_overflow=10)
    return instance


@event.listens_for(pool.QueuePool, "checkout")
def _ping(connection: Any, *_: object) -> None:
    """Have a connection that the server has dropped replaced, as Dagster gives no way to ask for it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DriverError as error:
        raise exc.DisconnectionError from error


def _dagster_url(warehouse: Warehouse) -> str:
    # An event that the server loses in a crash belongs to a run that the crash ended: no need to wait for the disk.
    options = f"-csearch_path={SCHEMA} -csynchronous_commit=off"
    limits = {name: str(value) for name, value in LIMITS.items()}
    url = make_url(warehouse.dsn)
    url = url.update_query_dict({**limits, **url.query, "options": options})
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
