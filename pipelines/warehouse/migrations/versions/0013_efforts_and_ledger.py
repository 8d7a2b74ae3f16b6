"""Effort beside the model in estimates, trials and decisions; what a decision became, told by the logs."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("Decisions cannot be taken back: restore the database from before the upgrade.")
