"""Analysts read no words of tasks, and readers have no scratch tables."""

import logging
from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    notice = op.get_bind().execute(text("select learning.grant_reading_roles()")).scalar()
    if notice:
        logging.getLogger("spawnwise").warning(notice)


def downgrade() -> None:
    op.execute(
        "drop function learning.grant_reading_roles();"
        "alter function learning.grant_reading_schemas() rename to grant_reading_roles"
    )
