"""A small planted team: what the README's questions are answered is the planted truth, whoever reads when."""

import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.intake import ingest_sources
from pipelines.ingest.specs.agent_specs import ingest_specs
from pipelines.marts.run_dbt import run_dbt
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.team.answers import differences, questions
from tests.support.team.logs import write_logs, write_specs
from tests.support.team.plan import planted_team

WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
OTHERS = "select task_history::text from learning.task_history where user_name <> %s order by 1"
MAIN = """
select message.message_id, thread.session_id
from learning.main_messages as message inner join learning.main_threads as thread using (thread_id)
where thread.user_name <> %s order by 1
"""


def test_each_person_adds_their_own_and_all_questions_are_answered_right(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = planted_team(people=5, projects=4, spawns=400)
    *others, (last, home) = write_logs(team, tmp_path / "homes").items()
    write_specs(tmp_path / "specs")
    ingest_specs(warehouse, Settings(), [tmp_path / "specs"], SilentProgress())
    for person, folder in [*others, (last, home)]:
        monkeypatch.setenv("SPAWNWISE_USER", person)
        monkeypatch.setenv("SPAWNWISE_HOST", f"laptop-{person}")
        before = _rows(warehouse, OTHERS, last), _rows(warehouse, MAIN, last)
        report = ingest_sources(warehouse, [folder], SilentProgress(), machine=f"laptop-{person}")
        theirs = sum(len(session.spawns) for session in team.sessions if session.person == person)
        assert (report.spawns_new, report.spawns_updated) == (theirs, 0)
    assert (_rows(warehouse, OTHERS, last), _rows(warehouse, MAIN, last)) == before
    asked = list(questions(team, is_clustered=False))
    marts = sorted({f"+{name}" for question in asked for name in re.findall(r"marts\.(\w+)", question.sql)})
    assert run_dbt(warehouse, Settings(), ["build", *WITHOUT_TESTS, "--select", *marts]).failures == []
    assert len(asked) == 13
    with warehouse.connect() as connection:
        connection.execute("set role spawnwise_analyst")
        wrong = {each.words: differences(each, connection.execute(each.sql.encode()).fetchall()) for each in asked}
    assert {words: different for words, different in wrong.items() if different} == {}


def _rows(warehouse: Warehouse, query: str, person: str) -> list[Any]:
    with warehouse.connect() as connection:
        return connection.execute(query.encode(), [person]).fetchall()
