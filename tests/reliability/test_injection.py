"""What stands in a log is data: no database, template, page, terminal or file system obeys it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipelines.commands.summary_text import print_summary
from pipelines.ingest.intake import ingest_sources
from pipelines.ingest.specs.spec_files import SpecFile
from pipelines.ingest.specs.spec_reading import read_spec
from pipelines.progress import SilentProgress
from pipelines.publish.report.page import render
from pipelines.publish.report.reading import read_facts
from pipelines.publish.summary import summarise
from pipelines.purge.removal import remove
from pipelines.purge.scope import Scope
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.reliability.canaries import write_logs_of_others
from tests.reliability.conftest import Undisturbed
from tests.reliability.hostile import ESCAPED, TEXTS, obeyed
from tests.reliability.house import PROJECT
from tests.support.report_facts import trial
from tests.unit.report.test_page import Markup

TABLES = "select schemaname || '.' || tablename from pg_tables where schemaname !~ '^pg_|information_schema|dagster'"
HALF = re.compile("[\ud800-\udfff]")
AS_STORED = [" ".join(words.replace("\0", "").split()) for words in TEXTS]


def tables(connection: psycopg.Connection[Any]) -> set[str]:
    return {name for (name,) in connection.execute(TABLES).fetchall()}


def models() -> set[str]:
    return {path.stem for path in (PROJECT / "dbt_project" / "models").glob("marts/*.sql")}


def rows(house: Undisturbed, query: str) -> list[Any]:
    with house.connect() as connection:
        return [row[0] for row in connection.execute(query.encode()).fetchall()]


def test_no_statement_and_no_template_is_run(undisturbed: Undisturbed) -> None:
    with undisturbed.connect() as connection:
        present = tables(connection)
    assert {f"marts.{name}" for name in models()} <= present
    assert {"learning.task_history", "serving.best_model_per_cluster"} <= present
    for query in (
        "select agent_used from learning.task_history where source_key ~ '^toolu_hostile'",
        "select agent_name from learning.agent_specs",
        "select agent_name from marts.agent_usage",
        "select agent_name from serving.best_model_per_cluster",
    ):
        seen = set(rows(undisturbed, query))
        # A line with half a character is no JSON and in quarantine; the others are there to the letter.
        assert {text for text in AS_STORED if text not in seen and not HALF.search(text)} == set(), query
    assert not [text for text in rows(undisturbed, "select t::text from marts.agent_usage t") if "49000" in text]


def test_no_name_becomes_a_path(undisturbed: Undisturbed, logs: Path) -> None:
    made = [path for folder in (undisturbed.home, logs.parent) for path in folder.rglob(f"*{ESCAPED}*")]
    assert {path for path in made if logs not in path.parents} == set()
    for folder in (Path("/tmp"), Path.cwd(), PROJECT, undisturbed.home.parent):
        assert not (folder / ESCAPED).exists()
    ours = [
        path for path in undisturbed.home.rglob("*") if "dagster" not in path.parts and "postgres" not in path.parts
    ]
    assert [path.name for path in ours if not re.fullmatch(r"[\w.-]+", path.name)] == []


@pytest.mark.parametrize("with_text", [False, True])
def test_no_name_becomes_markup(undisturbed: Undisturbed, with_text: bool) -> None:
    warehouse = Warehouse(undisturbed.server.dsn("spawnwise"))
    page = render(read_facts(warehouse, Settings(), with_text=with_text), "", with_text=with_text)
    clean = {"".join(each if each.isprintable() else "\ufffd" for each in text) for text in AS_STORED}
    markup = Markup(page)
    agents = {attributes["data-agents"] for attributes in markup.all("tr") if "data-agents" in attributes}
    named = {name for agent in agents for name in json.loads(agent or "[]")}
    assert {text for text in clean if text not in named} <= {text for text in clean if "\ufffd" in text}
    assert len(markup.all("script")) == 3
    assert len(markup.all("style")) == 1
    assert {tag for tag, _ in markup.elements} & {"img", "iframe", "object", "embed", "base", "form", "link"} == set()
    assert not [name for _, attributes in markup.elements for name in attributes if name.startswith("on")]
    assert all(str(link["href"]).startswith("#") for link in markup.all("a"))
    assert obeyed(page) == set()


COMMANDS = [
    *(["recommend", text, "--agent", text] for text in TEXTS[::3]),
    *(["explain", text, "--agent", text] for text in TEXTS[::6]),
    ["sql", "select * from marts.agent_usage"],
    ["sql", "select agent_used::int from learning.task_history where agent_used ~ 'owned'"],
    ["sql", "--json", "select * from learning.agent_specs"],
    ["sql", "--role", TEXTS[0], "select 1"],
    ["sql", "--role", TEXTS[13], "select 1"],
    ["ingest", "--logs", TEXTS[0], "--logs", TEXTS[13], "--logs", "../" * 9 + ESCAPED],
    ["stats"],
    ["doctor"],
    ["feedback", TEXTS[0], "good", "--note", TEXTS[13], "--now"],
    ["purge", "--session", TEXTS[13], "--project", TEXTS[0]],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: " ".join(arguments[:2])[:30].encode().hex()[:20])
def test_no_command_prints_what_a_terminal_obeys(undisturbed: Undisturbed, arguments: list[str]) -> None:
    given = [argument.replace("\0", "").encode("utf-8", "ignore").decode() for argument in arguments]
    done = undisturbed.run(*given)
    assert obeyed(done.stdout + done.stderr) == set()
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr
    with undisturbed.connect() as connection:
        assert {f"marts.{name}" for name in models()} <= tables(connection)


def test_the_summary_of_a_run_shows_names_as_they_are(
    undisturbed: Undisturbed, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = summarise(Warehouse(undisturbed.server.dsn("spawnwise")), Settings())
    answer, expected = summary.recommendations[0], trial(state="proposed")
    for text in AS_STORED:
        hostile = answer | {"agent": text, "kind_of_task": text, "model": text, "baseline_model": text, "reason": text}
        tried = expected | {"trial_id": text, "scope_label": text, "project": text, "candidate_model": text}
        shown_rows = {"changes": [hostile], "trials": [tried, tried | {"state": "paused", "reason": text}]}
        print_summary(replace(summary, report=text, **shown_rows), is_sample=False)
        shown = capsys.readouterr().out
        assert obeyed(shown) == set()
        assert "".join(each if each.isprintable() else "\ufffd" for each in text) in shown


def test_logs_of_others_and_purges_are_data_too(warehouse: Warehouse, tmp_path: Path) -> None:
    write_logs_of_others(tmp_path, TEXTS)
    ingest_sources(warehouse, [tmp_path], SilentProgress())
    with warehouse.connect() as connection:
        before = tables(connection)
        (count,) = connection.execute("select count(*) from learning.task_history").fetchone() or (0,)
        assert count >= 3 * len(TEXTS) - 3
        for text in (text.replace("\0", "").encode("utf-8", "ignore").decode() for text in TEXTS):
            now = datetime.now(UTC)
            for scope in (Scope(now, text), Scope(now, projects=(text,)), Scope(now, user=text), Scope(now, host=text)):
                remove(connection, scope)
                connection.execute("drop table purged_tasks, purged_sessions, purged_decisions, purged_files")
        assert tables(connection) == before


def test_a_spec_cannot_make_its_diff_speak_of_another_file(tmp_path: Path) -> None:
    path = tmp_path / "x\n--- a\n+++ b\n@@ -1 +1 @@.md"
    path.write_text("---\ndescription: Does it\nmodel: opus\n---\nYou are it.\n")
    spec = read_spec(SpecFile(path, "plugin\nof \udcff\0 mine", is_certain=True, project=None))
    assert spec is not None
    assert len(f"{spec.spec_path}{spec.agent_name}{spec.warnings}".splitlines()) == 1
    assert f"{spec.spec_path}{spec.agent_name}".encode()
    assert "\0" not in spec.agent_name
