"""What was purged, so that no later run brings it back."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("drop view learning.purged_facts, learning.purged_tasks")
    op.execute("drop table learning.purged_files, learning.purges")
    op.execute("drop function learning.hashed(text)")
