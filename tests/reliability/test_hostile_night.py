"""A learning run over sound logs and hundreds of damaged ones ends, accounts for every line, and keeps the sound."""

from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.house import AS_IT_WAS, HOME_MODE, IS_LONG, House, chance, opened
from tests.reliability.test_any_value import PLACES, WRONG, changed
from tests.reliability.valid_logs import FIXTURES

DAMAGED = 5_000
TASKS = """
select source_key, row(
    session_id, task_title, task_description, agent_used, model_used, model_resolved, model_source, status, success,
    outcome_evidence, duration_ms, input_tokens, output_tokens, cost_usd, created_at, finished_at
)::text from learning.task_history
"""
LINES = "select sum(lines_read), sum(lines_loaded + lines_skipped + lines_quarantined) from learning.ingest_files"
MART = """
select sum(count_lines_read), sum(count_lines_loaded + count_lines_skipped + count_lines_quarantined)
from marts.data_quality
"""


@pytest.mark.skipif(not IS_LONG, reason="of the long profile")
def test_a_night_over_damaged_logs_keeps_the_sound_ones(undisturbed: Undisturbed, folder: Path) -> None:
    random = chance("damaged logs of a night")
    damaged = folder / "damaged"
    for number in range(DAMAGED):
        changed(*random.choice(PLACES), random.choice(WRONG)).write(damaged, number)
    for number, fixture in enumerate(FIXTURES.values(), DAMAGED):
        fixture.write(damaged, number)
    house = House(folder / "hostile", undisturbed.logs)
    house.home.mkdir(mode=HOME_MODE)
    sources = [
        undisturbed.logs,
        *(damaged / name for name in ("projects", "runs", "traces", "rollouts", "session-state")),
    ]
    with opened(house):
        run = house.run("learn", "--quiet", *(word for source in sources for word in ("--logs", str(source))))
        assert run.returncode == 0, run.stderr
        with house.connect() as connection, undisturbed.connect(AS_IT_WAS) as other:
            known = dict(connection.execute(TASKS).fetchall())
            for key, row in other.execute(TASKS):
                assert known[key] == row
            counted, shown = connection.execute(LINES).fetchone(), connection.execute(MART).fetchone()
    assert counted is not None
    assert counted[0] == counted[1]
    assert shown == counted
