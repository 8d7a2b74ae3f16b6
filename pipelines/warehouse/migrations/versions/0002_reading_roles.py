"""Roles that may only read."""

import logging
from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    notice = op.get_bind().execute(text("select learning.grant_reading_roles()")).scalar()
    if notice:
        logging.getLogger("spawnwise").warning(notice)


def downgrade() -> None:
    # The roles stay: another database of this server may use them.
    op.execute("drop function learning.grant_reading_roles()")
