import json
import re
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from pipelines.publish.report.charts import packed
from pipelines.publish.report.headline import unused_in_words
from pipelines.publish.report.page import render
from pipelines.publish.report.reading import ReportFacts, period_of, plain
from pipelines.publish.report.today import actions
from pipelines.publish.report.wording import short_names
from tests.support.report_facts import HOSTILE, NIGHT, activity, evidence, hostile_facts, proven, recommendation, trial


class Markup(HTMLParser):
    """What a browser would make of the page: its elements and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found.group(1)))


def test_a_hostile_name_is_text_and_never_markup() -> None:
    page = render(hostile_facts(), "", with_text=True, now=NIGHT)

    assert HOSTILE not in page
    markup = Markup(page)
    assert len(markup.all("script")) == 3
    assert not markup.all("img")
    assert not [name for _, attributes in markup.elements for name in attributes if name.startswith("on")]
    assert {point["agent"] for point in page_data(page)["points"]} == {HOSTILE}
    assert page_data(page)["activity"]["names"]["project"] == [HOSTILE, "/srv/api"]


def test_nothing_is_loaded_from_anywhere() -> None:
    markup = Markup(render(hostile_facts(), "", now=NIGHT))

    assert not [attributes for _, attributes in markup.elements if "src" in attributes]
    assert not markup.all("link")
    assert all(str(link["href"]).startswith("#") for link in markup.all("a"))
    (policy,) = [meta["content"] for meta in markup.all("meta") if "http-equiv" in meta]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy


def test_titles_of_tasks_are_there_only_when_asked_for() -> None:
    secret = "a title that nobody asked for"
    facts = hostile_facts()
    for task in facts.tasks:
        task["title"] = None
    assert secret not in render(facts, "", now=NIGHT)
    assert '"title": "task"' not in render(facts, "", now=NIGHT)
    facts.tasks[0]["title"] = secret
    assert secret in render(facts, "", with_text=True, now=NIGHT)


@pytest.mark.parametrize("facts", [ReportFacts(), ReportFacts(span={"count_spawns": 0})])
def test_without_spawns_the_page_says_so_and_what_to_do(facts: ReportFacts) -> None:
    page = render(facts, "", now=NIGHT)

    assert "Nothing has been learned yet" in page
    assert "spawnwise learn" in page
    assert not Markup(page).all("script")


def test_every_chart_has_a_summary_and_every_table_a_caption() -> None:
    markup = Markup(render(hostile_facts(), "", now=NIGHT))

    charts = [attributes for attributes in markup.all("div") if "chart" in (attributes.get("class") or "").split()]
    assert len(charts) == 7
    assert all(chart["role"] == "img" and len(chart["aria-label"] or "") > 20 for chart in charts)
    assert len(markup.all("caption")) == len(markup.all("table"))
    assert len(markup.all("html")) == 1
    assert markup.all("html")[0]["lang"] == "en"


def test_a_long_table_says_that_it_is_cut() -> None:
    facts = hostile_facts(activity=[activity(NIGHT.date(), f"agent-{number}") for number in range(151)])

    assert "The first 150 of 151 rows" in render(facts, "", now=NIGHT)


def test_the_period_of_the_charts_grows_with_the_history() -> None:
    days = [
        NIGHT.date().replace(year=year, month=month) for year, month in [(2026, 1), (2026, 2), (2026, 12), (2028, 1)]
    ]
    assert [period_of(days[0], day) for day in days] == ["day", "day", "week", "month"]
    assert period_of(None, None) == "day"


def test_direction_and_control_characters_do_not_reach_the_page() -> None:
    assert plain("abc\u202egnp.exe\x1b[31m") == "abc\ufffdgnp.exe\ufffd[31m"
    assert plain(["\u202e", 1]) == ["\ufffd", 1]
    assert isinstance(plain(Decimal("0.5")), float)


def section(page: str, name: str) -> str:
    return page.split(f'id="{name}"')[1].partition("</section>")[0]


def test_the_first_screen_says_what_to_do_now_with_money_risk_and_command() -> None:
    tables = {"trials": [trial(spend_estimated_share=0.08)], "recommendations": [recommendation()]}
    now = section(render(hostile_facts(tables=tables), "", now=NIGHT), "now")

    assert "$12.40 a month" in now
    assert "8% of the cost behind it is estimated" in now
    assert "Expected success: 2.1 points lower" in now
    assert "<code>spawnwise trial start tester-test-haiku</code>" in now
    assert "--now:94.0%" in now
    assert now.index("Start a trial") < now.index("Take advice")  # the largest expected saving first
    assert "$7.50 a month" in now
    assert "97% success expected in 60 spawns; least certain is tester on" in now
    assert "<code>spawnwise install --mode enforce</code>" in now


EFFORTS = {"baseline_effort": "high", "candidate_effort": "low", "previous_effort": "high", "effort": "low"}


def test_a_model_at_another_effort_is_told_with_its_effort_everywhere() -> None:
    at_efforts = {
        "baseline_model": "opus",
        "candidate_model": "opus",
        "previous_model": "opus",
        "model": "opus",
    } | EFFORTS
    change = {"change": "changed", "changed_at": NIGHT}
    tables = {
        "trials": [trial(**at_efforts)],
        "proven": [proven(**at_efforts)],
        "recommendations": [recommendation(**at_efforts)],
        "changes": [recommendation(**at_efforts | change)],
        "evidence": [evidence("opus", "Write tests") | {"effort": effort} for effort in ("low", "high")],
    }
    facts = hostile_facts(tables=tables)
    for action in actions(facts):
        assert (action.before, action.after) == ("opus at high effort", "opus at low effort")
    page = render(facts, "", now=NIGHT)
    for name in ("now", "trials", "proof", "recommendations", "changes"):
        models = re.findall(r'class="chip" style="--c: ([^"]+)">([^<]+)<', section(page, name))
        assert [model for _, model in models[:2]] == ["opus at high effort", "opus at low effort"], name
        assert len({colour for colour, _ in models}) == 1  # that of the model
    assert [row["arm"] for row in page_data(page)["evidence"]] == ["opus at low effort", "opus at high effort"]
    assert "<option>opus</option>" in page  # the filter is of models, whatever the effort
    assert "effort</option>" not in page


def test_the_first_screen_begins_with_the_largest_expected_saving_as_the_summary_does() -> None:
    likely = trial(scope_label="likely", saving_usd_month=10.0, worth_probability=0.9)
    unlikely = trial(scope_label="unlikely", saving_usd_month=20.0, worth_probability=0.3)
    found = [action.what for action in actions(ReportFacts(tables={"trials": [unlikely, likely]}))]
    assert found == ["likely", "unlikely"]


def test_where_there_is_nothing_to_say_a_section_takes_one_line() -> None:
    page = render(hostile_facts(tables={}), "", now=NIGHT)

    assert "Nothing: no trial is worth starting" in section(page, "now")
    assert "Nothing: no agent is overloaded" in section(page, "broke")
    for name in ("trials", "proof", "recommendations", "gaps", "overloaded", "unread"):
        assert "<table" not in section(page, name)
        assert 'class="none"' in section(page, name)


def test_the_age_of_the_data_is_on_the_page() -> None:
    page = render(hostile_facts(), "", now=NIGHT + timedelta(days=40))

    assert "newest spawn 40 days before" in page
    assert f'<time id="learned" datetime="{NIGHT.isoformat()}">' in page


def test_a_library_of_unused_specs_is_one_thing_and_single_ones_are_named() -> None:
    library = [unused(f"agent-{number}", f"/home/ann/kit/plugins/{number}/agents/a.md") for number in range(12)]
    facts = hostile_facts(tables={"unused": [*library, unused("lonely", "/srv/api/.claude/agents/lonely.md")]})

    words = unused_in_words(facts)
    assert words.startswith("13 agents with a spec had no task in the 30 days to 2 Jan 2026: 12 in plugins and lonely.")


def unused(agent: str, path: str) -> dict[str, Any]:
    return {"agent_name": agent, "spec_path": path, "status": "never_spawned"}


def test_projects_are_named_as_shortly_as_tells_them_apart() -> None:
    assert short_names(["/srv/a/api", "/srv/b/api", "github.com/x/web", "api"]) == {
        "/srv/a/api": "a/api",
        "/srv/b/api": "b/api",
        "github.com/x/web": "web",
        "api": "api",
    }


def test_rows_are_packed_without_losing_any() -> None:
    assert packed([{"agent": "a", "spawns": 2}, {"agent": "b", "spawns": 3}, {"agent": "a", "spawns": 4}]) == {
        "names": {"agent": ["a", "b"]},
        "columns": ["agent", "spawns"],
        "rows": [[0, 2], [1, 3], [0, 4]],
    }
    assert packed([]) == {"names": {}, "columns": [], "rows": []}
