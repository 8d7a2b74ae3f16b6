"""Vectors move out of task_history, into a row per distinct text."""

import sys
from pathlib import Path

from alembic import op

from pipelines.warehouse.statements import statements

revision = "0018"
down_revision = "0017"

TOLD_FROM = 20_000  # spawns: fewer take no time
STEPS = {
    "create": "",
    "carry_over": "copies the vectors of {spawns:,} spawns",
    "take_out": "",
    "shrink": "writes task_history again without them",
}


SQL = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    spawns = int(op.get_bind().exec_driver_sql("select count(*) from learning.task_history").scalar_one())
    for name, words in STEPS.items():
        if words and spawns >= TOLD_FROM:
            print(f"An update of the tables {words.format(spawns=spawns)} ...", file=sys.stderr, flush=True)
        op.execute(statements(SQL)[name])


def downgrade() -> None:
    op.execute(statements(SQL)["put_back"])
