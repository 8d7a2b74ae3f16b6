"""Who spawned an agent, on which machine, in which repository; purges of people, machines and whole projects."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # By the driver: a colon in a pattern is no parameter.
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("People cannot be taken back: restore the database from before the upgrade.")
