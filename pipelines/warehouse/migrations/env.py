"""Alembic's environment: runs on the connection that `pipelines.warehouse.migrate` hands over."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
# Two commands may start on an empty database at once: the second waits, then finds the work done.
connection.execute(text("select pg_advisory_xact_lock(hashtext('spawnwise.migrations'))"))
connection.execute(text("create schema if not exists learning"))
context.configure(connection=connection, version_table_schema="learning")
with context.begin_transaction():
    context.run_migrations()
