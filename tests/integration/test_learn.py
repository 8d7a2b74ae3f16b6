"""The whole house on the bundled sample: from session logs to the answer at spawn time."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from pipelines.warehouse.night_marks import note_inputs, note_results, unchanged_since
from pipelines.warehouse.run_lock import run_lock
from recommender.snapshot_file import read_snapshot
from tests.conftest import cloned_database, lend
from tests.support.digests import table_digests

ORCHESTRATORS = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "XDG_DATA_HOME")  # whose logs would be read


class Learned:
    """A home and a warehouse after one run of `spawnwise learn` on the sample."""

    def __init__(self, home: Path, dsn: str) -> None:
        self.home = home
        self.dsn = dsn
        self.environment = os.environ | {
            "SPAWNWISE_HOME": str(home),
            "DATABASE_URL": dsn,
            **dict.fromkeys(ORCHESTRATORS, str(home / "nothing-here")),
        }
        self.first = self.spawnwise("learn", "--json")

    def spawnwise(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the command in a process of its own, from an empty folder."""
        self.home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        return subprocess.run(
            [sys.executable, "-m", "recommender.cli", *arguments],
            env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[2])} | variables,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )

    def count_runs(self) -> int:
        """Return how many runs Dagster knows of."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute("select count(*) from dagster.runs").fetchone()
            assert row is not None
            return int(row[0])

    def digests(self) -> dict[str, str]:
        """Return an ordered digest of every table."""
        with psycopg.connect(self.dsn) as connection:
            return table_digests(connection)


@pytest.fixture(scope="module")
def learned(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory, made_once: Path) -> Iterator[Learned]:
    home = tmp_path_factory.mktemp("learned") / "home"
    lend(made_once, home)
    with cloned_database(postgres) as dsn:
        yield Learned(home, dsn)


@pytest.fixture
def learned_copy(learned: Learned, postgres: EmbeddedServer) -> Iterator[Warehouse]:
    """A copy of the learned warehouse, for this test to change."""
    with cloned_database(postgres, conninfo_to_dict(learned.dsn)["dbname"]) as dsn:
        yield Warehouse(dsn)


def test_the_sample_is_learned_and_summarised(learned: Learned) -> None:
    assert learned.first.returncode == 0, learned.first.stderr
    summary = json.loads(learned.first.stdout)
    assert summary["is_sample"]
    assert summary["spawns"] == summary["succeeded"] + summary["failed"] + summary["unknown"] > 100
    assert min(summary["succeeded"], summary["failed"], summary["unknown"], summary["clusters"]) > 0
    assert Path(summary["snapshot"]).stat().st_mode & 0o077 == 0


def test_some_kind_of_task_is_given_a_cheaper_model(learned: Learned) -> None:
    summary = json.loads(learned.first.stdout)
    decided = [trial for trial in summary["trials"] if trial["is_decided_by_logs"]]
    assert decided
    assert all(trial["expected_gap"] < 0.1 and trial["cost_ratio"] < 1 for trial in decided)


def test_a_second_run_changes_no_row(learned: Learned) -> None:
    before = learned.digests()
    (learned.home / "report.html").unlink()  # else it has nothing to do
    again = learned.spawnwise("learn")
    assert again.returncode == 0, again.stderr
    assert "Nothing new" not in again.stderr
    assert learned.digests() == before


def test_a_run_with_nothing_new_runs_no_stage_and_renews_the_answers(learned: Learned) -> None:
    snapshot = learned.home / "snapshot.safetensors"
    before, earlier, runs = learned.digests(), read_snapshot(snapshot), learned.count_runs()
    quiet = learned.spawnwise("learn", "--json")
    assert quiet.returncode == 0, quiet.stderr
    assert "Nothing new since the answers of" in quiet.stderr
    assert json.loads(quiet.stdout) == json.loads(learned.first.stdout)
    assert (learned.digests(), learned.count_runs()) == (before, runs)
    renewed = read_snapshot(snapshot)
    assert renewed.version == earlier.version
    assert renewed.created_at > earlier.created_at


def test_the_answer_has_every_field_of_the_contract_with_the_database_gone(learned: Learned, tmp_path: Path) -> None:
    shutil.copy(learned.home / "snapshot.safetensors", tmp_path)  # the answer is noted there, which would be news
    nowhere = {"DATABASE_URL": "", "SPAWNWISE_HOME": str(tmp_path)}
    answer = learned.spawnwise("recommend", "Write unit tests for the kalman filter", "--json", **nowhere)
    fields = json.loads(answer.stdout)
    assert set(fields) == {
        "model", "effort", "agent", "is_change", "source", "reason", "success_rate", "success_low", "tasks_observed",
        "expected_cost_usd", "baseline_model", "work_type", "cluster_id", "cluster_label", "similarity", "trial_id",
        "snapshot_version", "snapshot_age_s", "decision_id", "propensity", "latency_ms",
    }  # fmt: skip
    assert fields["source"] in {"cluster", "agent"}
    assert fields["tasks_observed"] > 0


def test_with_no_snapshot_the_tier_answers(learned: Learned, tmp_path: Path) -> None:
    answer = learned.spawnwise(
        "recommend", "Write tests", "--agent", "COORD_QUALITY", "--json", SPAWNWISE_HOME=str(tmp_path), DATABASE_URL=""
    )
    fields = json.loads(answer.stdout)
    assert (fields["model"], fields["source"], fields["tasks_observed"]) == ("opus", "tier", None)


def test_a_second_run_at_once_says_so_and_leaves_cleanly(learned: Learned) -> None:
    with run_lock(Warehouse(learned.dsn)):
        refused = learned.spawnwise("learn")
    assert refused.returncode == 2
    assert "Another learning run is in progress" in refused.stderr


def test_sql_is_read_only_unless_asked(learned: Learned) -> None:
    refused = learned.spawnwise("sql", "delete from learning.task_history")
    assert refused.returncode == 1
    assert "--write" in refused.stderr
    assert learned.spawnwise("sql", "select 1 as one, null as nothing", "--csv").stdout == "one,nothing\n1,\n"
    assert json.loads(learned.spawnwise("sql", "select 1 as one", "--json").stdout) == [{"one": 1}]
    assert learned.spawnwise("sql", "select nonsense").returncode == 1


def test_the_doctor_finds_all_well_but_the_missing_transcripts(learned: Learned) -> None:
    findings = json.loads(learned.spawnwise("doctor", "--json").stdout)
    assert {finding["piece"]: finding["state"] for finding in findings} == {
        "python": "ok",
        "data home": "ok",
        "warehouse": "ok",
        "reading roles": "warning",  # a cloned database has not what the migrations set on its template
        "transcripts": "warning",
        "embedder": "ok",
        "snapshot": "warning",  # of the sample alone
        "schedule": "ok",
        "hook": "ok",
    }


def queries_under(heading: str) -> list[str]:
    readme = (Path(__file__).parents[2] / "dbt_project" / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"## {heading}")[1].split("\n## ")[0]
    return re.findall(r"```sql\n(.*?)```", section, re.DOTALL)


def test_the_questions_in_the_readme_are_answered_to_an_analyst(learned: Learned) -> None:
    questions, alarms = queries_under("Questions that analysts ask"), queries_under("Alarms")
    assert len(questions) == 15
    with psycopg.connect(learned.dsn) as connection:
        connection.execute("set role spawnwise_analyst")
        for query in questions:
            assert connection.execute(query.encode()).fetchall(), query
        for query in alarms:
            connection.execute(query.encode())


def test_the_report_is_there_after_a_run_and_can_be_made_anew(learned: Learned, tmp_path: Path) -> None:
    report = learned.home / "report.html"
    assert report.stat().st_mode & 0o077 == 0
    assert "test-writer" in report.read_text(encoding="utf-8")

    elsewhere = tmp_path / "again.html"
    again = learned.spawnwise("report", "--output", str(elsewhere))
    assert (again.returncode, again.stdout.strip()) == (0, str(elsewhere)), again.stderr
    with_text = learned.spawnwise("report", "--with-text", "--output", str(tmp_path / "text.html"))
    assert with_text.returncode == 0
    assert elsewhere.stat().st_size < (tmp_path / "text.html").stat().st_size


def test_the_documentation_is_one_page(learned: Learned, tmp_path: Path) -> None:
    page = tmp_path / "docs.html"
    made = learned.spawnwise("docs", "--no-open", "--output", str(page))
    assert made.returncode == 0, made.stderr
    assert "best_model_per_cluster" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["learn"], ["learn", "--quiet"]])
def test_a_dead_database_is_told_in_clear_words(learned: Learned, arguments: list[str]) -> None:
    refused = learned.spawnwise(*arguments, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert refused.returncode == 1
    assert "Published answers are as they were" in refused.stderr
    assert "DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_definitions_are_valid() -> None:
    from pipelines.definitions import defs
    from pipelines.nightly_job import nightly_schedule

    assert defs().resolve_job_def("nightly").executor_def.name == "in_process"
    assert nightly_schedule(Settings()).cron_schedule == Settings().schedule == "0 2 * * *"


NEWS = {
    "a person's tier": "update learning.model_tiers set default_model = default_model",
    "a judgement of a person": "insert into learning.night_news values (1)",
    "signals that are gone": "delete from learning.outcome_signals",
    "a spec": "update learning.agent_specs set description = description",
    "a started trial": "update learning.trials set started_by = started_by",
    "a table that dbt made": "create table marts.another_one ()",
    "an answer that somebody changed": "update serving.best_model_per_cluster set reason = reason",
}


@pytest.mark.parametrize("news", NEWS)
def test_whatever_changed_in_the_warehouse_is_news(learned_copy: Warehouse, news: str) -> None:
    warehouse, settings = learned_copy, Settings()
    with warehouse.connect() as connection:
        connection.execute("create table if not exists learning.night_news (number integer)")
    note_inputs(warehouse, settings, news)
    assert unchanged_since(warehouse, settings) is None  # it has not published yet
    note_results(warehouse, news)
    assert unchanged_since(warehouse, settings)
    with warehouse.connect() as connection:
        assert connection.execute(NEWS[news].encode()).rowcount
    assert unchanged_since(warehouse, settings) is None


def test_another_setting_is_news_and_a_task_without_a_vector_waits(learned_copy: Warehouse) -> None:
    warehouse, settings = learned_copy, Settings()
    note_inputs(warehouse, settings, "settings")
    note_results(warehouse, "settings")
    assert unchanged_since(warehouse, settings.model_copy(update={"home": Path("elsewhere")}))
    assert unchanged_since(warehouse, settings.model_copy(update={"success_floor": 0.7})) is None
    with warehouse.connect() as connection:
        connection.execute(
            "update learning.agent_embeddings set spec_hash = '' where spec_hash in"
            " (select spec_hash from learning.agent_embeddings limit 1)"
        )
    note_inputs(warehouse, settings, "pending")
    note_results(warehouse, "pending")
    assert unchanged_since(warehouse, settings) is None
