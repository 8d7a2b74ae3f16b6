"""The page as a browser shows it; skipped where no Chromium is installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.publish.report.bundle import chart_library
from pipelines.publish.report.page import render
from tests.support.report_facts import HOSTILE, evidence, hostile_facts, recommendation, task

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)")

PATIENCE_MS = 120_000  # with other tests beside it a browser may take its time
LOOKS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # As root, and in most containers, Chromium cannot set up its own sandbox.
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE_MS) as chromium,
    ):
        yield chromium


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    facts = hostile_facts()
    facts.tasks.extend([task(number, "tester") | {"recommended_model": "sonnet"} for number in range(5, 8)])
    tables = dict(facts.tables)
    tables["recommendations"] += [recommendation(), recommendation(agent_name="writer", model="sonnet")]
    tables["evidence"] += [evidence("haiku", "own") | {"agent_name": "tester"}]
    path = folder / "report.html"
    path.write_text(render(facts, chart_library(folder), with_text=True), encoding="utf-8")
    return path


@pytest.fixture
def messages() -> list[str]:
    """What the page said to the console, raised, or asked of a network."""
    return []


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, report: Path, messages: list[str]) -> Iterator[Page]:
    width, scheme = request.param
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) as context:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda asked: messages.append(asked.url) if not asked.url.startswith("file:") else None)
        page.goto(report.as_uri())
        page.wait_for_selector("body[data-drawn=yes]")
        yield page


def marks(page: Page, chart: str) -> int:
    return page.locator(f"#chart-{chart} .mark-symbol path, #chart-{chart} .mark-rect path").count()


def rows(page: Page, table: str) -> list[str]:
    return page.locator(f"#table-{table} tbody tr:visible td:first-child").all_inner_texts()


def look_at(page: Page, view: str) -> None:
    page.locator(f"nav.views a[data-view={view}]").click()
    page.wait_for_selector(f"main > [data-view={view}]:visible")


CHARTS = {
    "agents": ("agents",),
    "kinds": ("evidence", "task_map"),
    "costs": ("projects", "costs_over_time"),
    "outcomes": ("outcomes_over_time", "failures"),
}


def test_it_draws_every_chart_without_an_error_and_fits_the_screen(page: Page, messages: list[str]) -> None:
    for view, charts in CHARTS.items():
        look_at(page, view)
        for chart in charts:
            page.wait_for_selector(f"#chart-{chart} svg")
            assert marks(page, chart) > 0, chart
        assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]  # type: ignore[index]
    assert messages == []
    assert page.evaluate("window.pwned") is None


def test_the_first_screen_says_what_to_do_what_was_proven_and_what_broke(page: Page) -> None:
    assert page.locator("#now, #proven, #broke").count() == 3
    assert page.locator("#now .action code").first.inner_text() == "spawnwise install --mode enforce"
    assert "ago" in page.locator("#age").inner_text()
    assert not page.locator("#table-agents").is_visible()
    if page.viewport_size == {"width": 1280, "height": 800}:
        assert page.locator("#now").bounding_box()["y"] < 300  # type: ignore[index]


def test_colours_can_be_read_in_either_scheme(page: Page) -> None:
    contrast = page.evaluate(
        """() => {
            const light = (colour) => {
                const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
                    const share = part / 255;
                    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ratio = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            const back = light(getComputedStyle(document.querySelector(".card")).backgroundColor);
            return ["h2", ".note", "th button", ".sentences a", ".money", ".command code"].map((selector) =>
                ratio(back, light(getComputedStyle(document.querySelector(selector)).color)));
        }"""
    )
    assert min(contrast) >= 4.5


def choose(page: Page, field: str, value: str) -> None:
    page.locator("#filters").evaluate("box => { box.open = true; }")
    page.select_option(f"#{field}", value)


def test_the_filters_work_on_charts_tables_and_figures_and_stay_in_the_address(page: Page, messages: list[str]) -> None:
    look_at(page, "kinds")
    page.wait_for_selector("#chart-task_map svg")
    everything = marks(page, "task_map")
    assert set(rows(page, "recommendations")) == {HOSTILE, "tester", "writer"}

    choose(page, "agent", "tester")
    page.wait_for_function("document.querySelector('#tile-spawns').textContent === '5'")
    assert rows(page, "recommendations") == ["tester"]
    assert page.locator("#state").inner_text() == "5 spawns of tester"
    page.wait_for_function(
        "n => document.querySelectorAll('#chart-task_map .mark-symbol path').length < n", arg=everything
    )
    assert "evidence for tester" in page.locator("#note-evidence").inner_text()

    choose(page, "model", "sonnet")
    choose(page, "user", "ann")
    choose(page, "project", "/srv/api")
    page.fill("#from", "2026-01-01")
    assert rows(page, "recommendations") == ["tester"]
    assert page.url.endswith("#view=kinds&project=%2Fsrv%2Fapi&user=ann&agent=tester&model=sonnet&from=2026-01-01")
    page.reload()
    page.wait_for_selector("body[data-drawn=yes]")
    assert page.locator("#agent").input_value() == "tester"
    assert page.locator("#table-recommendations").is_visible()

    page.get_by_role("button", name="Show all", exact=True).click()
    assert len(rows(page, "recommendations")) == 3
    page.wait_for_function("n => document.querySelectorAll('#chart-task_map path').length >= n", arg=everything)
    assert messages == []


def test_a_project_and_a_day_without_spawns_leave_nothing_and_say_so(page: Page) -> None:
    choose(page, "project", "/srv/api")
    assert page.locator("#tile-spawns").inner_text() == "5"
    page.fill("#from", "2026-01-02")
    page.locator("#from").dispatch_event("change")
    page.wait_for_function("document.querySelector('#tile-spawns').textContent === '0'")
    look_at(page, "agents")
    assert page.locator("#chart-agents").inner_text() == "Nothing to show for this choice."


def test_it_works_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    look_at(page, "kinds")
    page.locator("#table-evidence").evaluate("table => table.closest('details').querySelector('summary').focus()")
    page.keyboard.press("Enter")
    assert page.locator("#table-evidence").is_visible()


def test_a_table_sorts_by_its_header_and_says_so(page: Page) -> None:
    if page.viewport_size == {"width": 390, "height": 800}:
        pytest.skip("on a phone rows are cards, without headers")
    look_at(page, "kinds")
    page.get_by_role("region", name="Recommended model").get_by_role("button", name="Agent").click()
    assert rows(page, "recommendations")[0] == "writer"
    assert page.locator("#table-recommendations th").first.get_attribute("aria-sort") == "descending"
