"""Readers who see the rows of their own projects only."""

import logging
from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    notice = op.get_bind().execute(text("select learning.grant_reading_roles()")).scalar()
    if notice:
        logging.getLogger("spawnwise").warning(notice)


def downgrade() -> None:
    raise NotImplementedError("Who may see what cannot be taken back: restore the database from before the upgrade.")
