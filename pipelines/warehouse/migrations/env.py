"""Alembic's environment: runs on the connection that `pipelines.warehouse.migrate` hands over."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
# Two commands may start on an empty database at once: the second waits, then finds the work done. The table is ours; an
# advisory lock could be held by any reader.
connection.execute(text("lock table learning.alembic_version in exclusive mode"))
context.configure(connection=connection, version_table_schema="learning")
with context.begin_transaction():
    context.run_migrations()
