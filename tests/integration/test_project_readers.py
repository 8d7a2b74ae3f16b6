"""On a shared server each member sees the rows of their own projects, night after night, and of others nothing."""

import uuid
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql

from pipelines.marts.run_dbt import run_dbt
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.project_readers import ReaderError, allow, forbid, projects_by_reader, whole_name
from recommender.cli import main
from tests.support.small_history import insert_history

ORCHARD, HARBOR, MILL = "github.com/o/orchard", "/home/b/harbor", "/home/c/mill"
OF_PROJECTS = ("spawns", "usage_daily", "failures", "main_conversations", "decision_ledger", "proven_savings")
OTHERS = ("marts.agent_usage", "serving.agent_tiers", "learning.task_history", "control.project_readers")
MODELS = [f"+{name}" for name in (*OF_PROJECTS, "metrics", "agent_usage")]
NIGHT = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select", *MODELS]
HISTORY = """
update learning.task_history set
    project = case when agent_used = 'tester' then '/home/a/orchard'
        when agent_used = 'writer' then '/home/b/harbor' else '/home/c/mill' end,
    repository = case when agent_used = 'tester' then 'github.com/o/orchard' end;
insert into learning.main_threads (source, session_id, project, is_user_named)
values ('test', 's1', '/home/a/orchard', false), ('test', 's2', '/home/b/harbor', false);
insert into learning.main_messages
select gen_random_uuid(), thread_id, true, 1, now(), 'opus', 1, 1, 1, 1, 0, true from learning.main_threads;
insert into learning.trials (
    trial_id, agent_name, work_type, scope_label, project, baseline_model, candidate_model, state, reason, night_cap,
    started_at, known_outcomes, baseline_success, count_spawns_month, cost_ratio, expected_gap, gap_low, gap_high,
    worth_probability, extra_failures_week
) values (
    't', 'tester', 'test', 'tests', 'github.com/o/orchard', 'opus', 'haiku', 'running', 'Because.', 10,
    now(), 40, 1, 100, 0.3, 0, 0, 0, 1, 0
);
insert into learning.recommendation_log (
    decision_id, decided_at, answered_model, answer_source, session_id, task_id, trial_id, trial_arm, propensity
)
select
    gen_random_uuid(), now(), 'haiku', 'trial', 's2', id,
    case agent_used when 'tester' then 't' end, case agent_used when 'tester' then 'candidate' end, 0.5
from learning.task_history where agent_used in ('tester', 'ad-hoc');
insert into learning.recommendation_log (decision_id, decided_at, answered_model, answer_source, session_id)
values (gen_random_uuid(), now(), 'haiku', 'cluster', 's2'); -- no log of its spawn, but of its session
"""


class Team(NamedTuple):
    """A shared warehouse and its people's roles, by what they may see."""

    warehouse: Warehouse
    suffix: str

    def role(self, person: str) -> str:
        return f"{person}_{self.suffix}"

    def projects(self, person: str, mart: str) -> set[str] | None:
        """Return the projects that a person sees in a mart; None where they may not read it at all."""
        with psycopg.connect(self.warehouse.dsn) as connection:
            connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(self.role(person))))
            try:
                rows = connection.execute(sql.SQL("select distinct project from marts.{}").format(sql.Identifier(mart)))
                return {project for (project,) in rows}
            except psycopg.errors.InsufficientPrivilege:
                return None


@pytest.fixture
def team(warehouse: Warehouse) -> Iterator[Team]:
    insert_history(warehouse)
    suffix = uuid.uuid4().hex[:8]
    team = Team(warehouse, suffix)
    people = ("one", "two", "pair", "harbor_group", "nobody", "analyst", "both", "stranger")
    with warehouse.connect() as connection:
        connection.execute(HISTORY.encode())
        for person in people:
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(team.role(person))))
        for granted, person in (
            ("spawnwise_analyst", "analyst"),
            ("spawnwise_analyst", "both"),
            ("spawnwise_member", "nobody"),
            (team.role("harbor_group"), "two"),
        ):
            grant = sql.SQL("grant {} to {}").format(sql.Identifier(granted), sql.Identifier(team.role(person)))
            connection.execute(grant)
    try:
        yield team
    finally:
        with warehouse.connect() as connection:
            for person in people:
                name = sql.Identifier(team.role(person))
                connection.execute(sql.SQL("drop owned by {}; drop role {}").format(name, name))


def night(team: Team) -> None:
    assert run_dbt(team.warehouse, Settings(), NIGHT).failures == []


def test_each_member_sees_their_own_projects_whether_tables_are_swapped_or_filled(team: Team) -> None:
    night(team)
    assert allow(team.warehouse, team.role("one"), ["orchard"]) == [ORCHARD]
    assert allow(team.warehouse, team.role("harbor_group"), [HARBOR]) == [HARBOR]
    assert allow(team.warehouse, team.role("pair"), ["orchard", "mill"]) == [ORCHARD, MILL]
    assert allow(team.warehouse, team.role("both"), ["mill"]) == [MILL]
    everything = {ORCHARD, HARBOR, MILL}
    sees = {
        "one": {ORCHARD},
        "two": {HARBOR},
        "harbor_group": {HARBOR},
        "pair": {ORCHARD, MILL},
        "nobody": set(),
        "analyst": everything,
        "both": {MILL},  # who is a member sees no more than one, whatever else they were given
        "stranger": None,
    }

    def assert_all_see_theirs() -> None:
        for mart in OF_PROJECTS:
            there = {
                "failures": {ORCHARD, MILL},
                "main_conversations": {ORCHARD, HARBOR},
                "proven_savings": {ORCHARD},
            }.get(mart, everything)
            for person, projects in sees.items():
                assert team.projects(person, mart) == (None if projects is None else projects & there), (person, mart)
        for table in OTHERS:
            with psycopg.connect(team.warehouse.dsn) as connection:
                connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(team.role("one"))))
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select from {table}".encode())

    assert_all_see_theirs()
    night(team)  # every mart is another table now
    assert_all_see_theirs()
    with psycopg.connect(team.warehouse.dsn) as reader:
        reader.execute(sql.SQL("set session authorization {}").format(sql.Identifier(team.role("one"))))
        for mart in OF_PROJECTS:
            reader.execute(sql.SQL("select from marts.{}").format(sql.Identifier(mart)))
        night(team)  # and filled in place, as somebody has them open
        assert_all_see_theirs()
        assert reader.execute("select count(*) > 0 from marts.metrics").fetchone() == (True,)
        reader.rollback()

    assert forbid(team.warehouse, team.role("pair"), ["orchard"]) == [ORCHARD]
    assert team.projects("pair", "spawns") == {MILL}
    assert forbid(team.warehouse, team.role("pair"), []) == [MILL]
    assert team.projects("pair", "spawns") == set()
    assert team.role("pair") not in projects_by_reader(team.warehouse)


def test_a_role_that_nothing_narrows_or_that_is_not_there_is_refused(team: Team) -> None:
    with pytest.raises(ReaderError, match="sees all rows anyway"):
        allow(team.warehouse, "postgres", [ORCHARD])
    with pytest.raises(ReaderError, match="There is no role"):
        allow(team.warehouse, "not_yet", [ORCHARD])
    assert projects_by_reader(team.warehouse) == {}


def test_who_sees_what_is_told_and_changed_by_the_command(
    team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", team.warehouse.dsn)
    one = team.role("one")
    assert main(["roles", "--allow", one, "--project", HARBOR, "--project", ORCHARD]) == 0
    assert main(["roles"]) in (0, 1)  # as the server's administrator has set it up
    told = capsys.readouterr().out
    assert f"sees {HARBOR}, {ORCHARD}" in told
    assert "spawnwise_member" in told
    assert main(["roles", "--forbid", one]) == 0
    assert main(["roles", "--allow", one]) == 1
    assert main(["roles", "--project", HARBOR]) == 1
    assert projects_by_reader(team.warehouse) == {}


@pytest.mark.parametrize(
    ("named", "meant"),
    [(ORCHARD, ORCHARD), ("orchard", ORCHARD), ("o/orchard", ORCHARD), ("/yet/to/come", "/yet/to/come")],
)
def test_a_project_may_be_named_in_short(named: str, meant: str) -> None:
    assert whole_name(named, [ORCHARD, HARBOR]) == meant


@pytest.mark.parametrize(
    ("named", "fault"), [("api", "2 projects are called api"), ("nowhere", "No project is called")]
)
def test_a_short_name_of_several_projects_or_none_is_refused(named: str, fault: str) -> None:
    with pytest.raises(ReaderError, match=fault):
        whole_name(named, ["/a/api", "/b/api"])
