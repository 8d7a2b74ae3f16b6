"""An assignment knows by what its task was assigned, so that a night need not look at every task again."""

from pathlib import Path

from alembic import op

from pipelines.warehouse.statements import statements

revision = "0019"
down_revision = "0018"

SQL = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    op.execute(statements(SQL)["add"])


def downgrade() -> None:
    op.execute(statements(SQL)["take_away"])
