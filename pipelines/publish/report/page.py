"""Make the page from the facts, and put it in its place."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.publish.quota import month_of_quota
from pipelines.publish.report import wording
from pipelines.publish.report.bundle import chart_library
from pipelines.publish.report.cells import agents_of, arms_of, cell, models_of, projects_of, users_of
from pipelines.publish.report.charts import (
    activity_data,
    colours_of,
    evidence_data,
    failure_data,
    packed,
    specifications,
    summaries,
)
from pipelines.publish.report.columns import COLUMNS, Column
from pipelines.publish.report.headline import headline, unused_in_words
from pipelines.publish.report.reading import ReportFacts, Row, read_facts
from pipelines.publish.report.task_map import map_of
from pipelines.publish.report.today import actions
from pipelines.publish.report.wording import arm_in_words, short_names
from pipelines.publish.trial_words import proof_to_date
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.home import replace_file

TEMPLATES = Path(__file__).parent / "template"
MOST_ROWS = 150  # of a table: beyond, a query serves better than a page
SHOWN_ACTIONS = 3  # more would push what was proven and what broke off the first screen
VIEWS = {  # where the section of a sentence is
    **dict.fromkeys(("overloaded", "unused"), "agents"),
    **dict.fromkeys(("recommendations", "trials", "proof", "gaps", "models"), "kinds"),
    **dict.fromkeys(("quality", "changes"), "data"),
    "time": "costs",
    "audited": "outcomes",
}


class WrittenReport(NamedTuple):
    """The page as it was written."""

    path: Path
    size_bytes: int
    sentences: tuple[str, ...]


def write_report(
    warehouse: Warehouse, settings: Settings, *, with_text: bool = False, path: Path | None = None
) -> WrittenReport:
    """Write the report, with the titles of tasks only where asked; a reader of the old page keeps it whole."""
    facts = read_facts(warehouse, settings, with_text=with_text)
    path = path or settings.report_file
    library = "" if facts.is_empty else chart_library(settings.home / "cache")
    with wording.in_shares_of(None if facts.is_empty else month_of_quota(warehouse, settings)):
        page = render(facts, library, with_text=with_text)
        sentences = () if facts.is_empty else tuple(sentence.text for sentence in headline(facts))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page.encode("utf-8", "replace"))
    return WrittenReport(path, path.stat().st_size, sentences)


def render(facts: ReportFacts, library: str, *, with_text: bool = False, now: datetime | None = None) -> str:
    """Return the page; everything from the logs is escaped, and no script runs but those that this function hashed."""
    points, labels = map_of(facts.tasks)
    rows = {name: _shown_rows(facts, name) for name in COLUMNS}
    models = {model for table in rows.values() for row in table for model in models_of(row)}
    models |= {point[field] for point in points for field in ("model", "recommended")}
    arms = {words: model for table in rows.values() for row in table for words, model in arms_of(row).items()}
    colours = colours_of(models | {arm_in_words(row) for row in facts["evidence"]})
    now = now or datetime.now(UTC)
    program = _program()
    activity = activity_data(facts)
    short = short_names(sorted({row["project"] for row in activity}))
    data = {
        "charts": {} if facts.is_empty else specifications(colours, facts, with_text=with_text),
        "period": facts.period,
        "quota": wording.month_of_quota(),
        "activity": packed(activity),
        "failures": packed(failure_data(facts)),
        "evidence": evidence_data(facts),
        "points": points,
        "labels": labels,
        "short": short,
    }
    filters = {
        "projects": sorted(short, key=lambda project: (short[project].lower(), project)),
        "users": sorted({row["user"] for row in activity}),
        "agents": sorted({row["agent"] for row in activity}),
    }
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            **filters,
            facts=facts,
            now=now,
            learned_at=facts.run.finished_at if facts.run else now,
            sentences=[] if facts.is_empty else headline(facts),
            actions=[] if facts.is_empty else actions(facts),
            shown_actions=SHOWN_ACTIONS,
            proof=proof_to_date(facts["proven"]),
            unused="" if facts.is_empty else unused_in_words(facts),
            view_of=VIEWS,
            short=short,
            models=[model for model in colours if model in models],
            colours=colours | {words: colours[model] for words, model in arms.items()},
            columns={name: _told(COLUMNS[name], rows[name]) for name in COLUMNS},
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


def _program() -> str:
    """Return the page's scripts as one that shares nothing with the library."""
    parts = (path.read_text(encoding="utf-8") for path in sorted((TEMPLATES / "scripts").glob("*.js")))
    return f'"use strict";\n(() => {{\n{"".join(parts)}}})();\n'


def _shown_rows(facts: ReportFacts, table: str) -> list[Row]:
    return facts.activity[::-1] if table == "activity" else facts[table]


def _told(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """Return the columns in which any row says something; the first always."""
    empty: tuple[object, ...] = (None, "", [])
    return [
        column
        for place, column in enumerate(columns)
        if not place or any(row.get(field) not in empty for row in rows for field in column.fields)
    ]


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
    names.append("audit_on_page")
    environment.filters.update({name: getattr(wording, name) for name in names})
    environment.globals.update(
        cell=cell, models_of=models_of, agents_of=agents_of, projects_of=projects_of, users_of=users_of
    )
    return environment
