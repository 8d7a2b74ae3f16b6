"""What main conversations took, beside the spawns."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute(
        "drop view learning.purged_main_messages; drop table learning.main_messages; drop table learning.main_threads"
    )
