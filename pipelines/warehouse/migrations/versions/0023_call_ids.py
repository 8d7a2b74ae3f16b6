"""Spawns know the call that asked for them, as hooks name it, and decisions that were asked for find their spawns."""

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("alter table learning.task_history drop column call_id")
    op.execute("drop index learning.recommendation_log_unseen")
