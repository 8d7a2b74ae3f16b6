"""A night follows what has changed: assignments know what they were made from, tables of facts how far they are."""

from pathlib import Path

from alembic import op

from pipelines.warehouse.statements import statements

revision = "0019"
down_revision = "0018"

SQL = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    for name in ("add", "find_relatives", "follow_changes"):
        op.execute(statements(SQL)[name])


def downgrade() -> None:
    op.execute(statements(SQL)["take_away"])
