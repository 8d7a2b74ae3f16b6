"""Make the page from the facts, and put it in its place."""

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.publish.report import wording
from pipelines.publish.report.bundle import chart_library, replace_file
from pipelines.publish.report.cells import agents_of, cell, models_of
from pipelines.publish.report.charts import activity_data, colours_of, evidence_data, specifications, summaries
from pipelines.publish.report.columns import COLUMNS
from pipelines.publish.report.headline import headline
from pipelines.publish.report.reading import ReportFacts, Row, read_facts
from pipelines.publish.report.task_map import map_of
from pipelines.publish.trial_words import proof_to_date
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

TEMPLATES = Path(__file__).parent / "template"
MOST_ROWS = 150  # of a table: beyond, a query serves better than a page


class WrittenReport(NamedTuple):
    """The page as it was written."""

    path: Path
    size_bytes: int
    sentences: tuple[str, ...]


def write_report(
    warehouse: Warehouse, settings: Settings, *, with_text: bool = False, path: Path | None = None
) -> WrittenReport:
    """Write the report, with the titles of tasks only where asked; whoever is reading the old page keeps it whole."""
    facts = read_facts(warehouse, settings, with_text=with_text)
    path = path or settings.report_file
    library = "" if facts.is_empty else chart_library(settings.home / "cache")
    page = render(facts, library, with_text=with_text)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page)
    return WrittenReport(path, path.stat().st_size, tuple(sentence.text for sentence in _sentences(facts)))


def render(facts: ReportFacts, library: str, *, with_text: bool = False, now: datetime | None = None) -> str:
    """Return the page; everything from the logs is escaped, and no script runs but those that this function hashed."""
    points, labels = map_of(facts.tasks)
    rows = {name: _shown_rows(facts, name) for name in COLUMNS}
    models = {model for table in rows.values() for row in table for model in models_of(row)}
    models |= {point[field] for point in points for field in ("model", "recommended")}
    colours = colours_of(models)
    program = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    data = {
        "charts": {} if facts.is_empty else specifications(colours, facts, with_text=with_text),
        "activity": activity_data(facts),
        "evidence": evidence_data(facts),
        "points": points,
        "labels": labels,
    }
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            facts=facts,
            now=now or datetime.now(UTC),
            sentences=_sentences(facts),
            proof=proof_to_date(facts["proven"]),
            agents=sorted({agent for table in rows.values() for row in table for agent in agents_of(row)}),
            colours=colours,
            columns=COLUMNS,
            rows=rows,
            summaries={} if facts.is_empty else summaries(facts, points),
            with_text=with_text,
            style=(TEMPLATES / "page.css").read_text(encoding="utf-8"),
            library=library,
            program=program,
            script_hashes=[_hash(script) for script in (library, program)],
            data=data,
            most_rows=MOST_ROWS,
        )
    )


def _sentences(facts: ReportFacts) -> list[Any]:
    return [] if facts.is_empty else headline(facts)


def _shown_rows(facts: ReportFacts, table: str) -> list[Row]:
    return facts.activity[::-1] if table == "activity" else facts[table]


def _hash(script: str) -> str:
    """Return what the page's content security policy calls a script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = ["percent", "usd", "estimated", "usd_between", "duration", "day", "moment", "count", "counted"]
    names.append("audit_in_words")
    environment.filters.update({name: getattr(wording, name) for name in names})
    environment.globals.update(cell=cell, models_of=models_of, agents_of=agents_of)
    return environment
