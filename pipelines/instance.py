"""Dagster's instance: run history and event log in the warehouse's server, so that one place holds and forgets all."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
from psycopg import sql
from sqlalchemy import URL, CreateEnginePlugin, make_url

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.server_connection import LIMITS, create_once

PACKAGED_CONFIGURATION = Path(__file__).parent / "dagster.yaml"
SCHEMA = "dagster"
PING = "spawnwise_ping"
STATEMENT_TIMEOUT_MS = 60_000
EVENTS_AT_ONCE = "500"  # what a run plans to do, in a few statements and not in one an event


def prepare_instance(settings: Settings, warehouse: Warehouse) -> Path:
    """Set up Dagster's folder, schema and environment, and return the folder; a changed dagster.yaml stays as it is."""
    folder = settings.dagster_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    configuration = folder / PACKAGED_CONFIGURATION.name
    if not configuration.exists():
        configuration.write_text(PACKAGED_CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    with warehouse.connect(autocommit=True) as connection:
        create_once(connection, sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("DAGSTER_DATABASE_URL", _dagster_url(warehouse))
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", EVENTS_AT_ONCE)
    return folder


def open_instance(settings: Settings, warehouse: Warehouse) -> dg.DagsterInstance:
    """Return the instance that the web page shows too."""
    instance = dg.DagsterInstance.from_config(str(prepare_instance(settings, warehouse)))
    # Else each of two thousand queries about events would open a connection of its own.
    instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, pool_recycle=600, max_overflow=10)
    return instance


class PrePing(CreateEnginePlugin):
    """Has a connection that the server has dropped replaced: Dagster gives no way to ask SQLAlchemy for it but its URL.

    Registered as SQLAlchemy's plugin `spawnwise_ping` in pyproject.toml, so that every process of Dagster finds it.
    """

    def update_url(self, url: URL) -> URL:
        """Leave the address as it is; SQLAlchemy has taken the plugin's name out of it."""
        return url

    def handle_pool_kwargs(self, pool_cls: Any, pool_args: dict[str, Any]) -> None:
        """Have the pool ask each connection whether it is alive before it hands it out."""
        pool_args["pre_ping"] = True


def _dagster_url(warehouse: Warehouse) -> str:
    # An event that the server loses in a crash belongs to a run that the crash ended: no need to wait for the disk.
    options = f"-csearch_path={SCHEMA} -csynchronous_commit=off"
    limits = {name: str(value) for name, value in LIMITS.items()}
    url = make_url(warehouse.dsn)
    url = url.update_query_dict({**limits, **url.query, "options": options, "plugin": PING})
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
