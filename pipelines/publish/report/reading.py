"""Read everything that the report tells from the warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pipelines.publish.report.runs import LearningRun, latest_runs
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql

Row = dict[str, Any]
Value = int | str | datetime | None

TABLES = (
    "trials",
    "proven",
    "recommendations",
    "evidence",
    "savings",
    "agents",
    "projects",
    "failures",
    "overloaded",
    "unused",
    "overlap",
    "drift",
    "gaps",
    "comparisons",
    "regressions",
    "advice",
    "outcomes",
    "audit",
    "quality",
    "quarantine",
    "changes",
)
BUILT_TABLES = (  # schema and name of what dbt builds and the statements here read
    ("intermediate", "int_advice"),
    ("intermediate", "int_task_outcomes"),
    ("intermediate", "int_tasks"),
    ("intermediate", "int_windows"),
    ("marts", "agent_overlap"),
    ("marts", "audit"),
    ("marts", "best_model_changes"),
    ("marts", "capability_gaps"),
    ("marts", "data_quality"),
    ("marts", "failures"),
    ("marts", "model_comparison"),
    ("marts", "model_regressions"),
    ("marts", "outcome_evidence"),
    ("marts", "overloaded_agents"),
    ("marts", "proven_savings"),
    ("marts", "recommendation_quality"),
    ("marts", "savings"),
    ("marts", "spec_model_drift"),
    ("marts", "spawns"),
    ("marts", "trials"),
    ("marts", "unused_agents"),
    ("marts", "usage_daily"),
    ("marts", "main_conversations"),
    ("serving", "best_model_per_cluster"),
)
MAPPED_TASKS = 700  # more make the page slow to draw and the layout slow to find, and tell no more
MOST_ACTIVITY = 25_000  # some 2 MB of the page
COARSEST = "month"
DAYS_SHOWN_SINGLY = 62
DAYS_SHOWN_BY_WEEK = 420


@dataclass(frozen=True)
class ReportFacts:
    """What one report is made of. `tables` has the rows of sql/<name>.sql by name; all text is printable."""

    run: LearningRun | None = None
    previous: LearningRun | None = None
    span: Row = field(default_factory=dict)
    window: Row = field(default_factory=dict)
    new_spawns: Row = field(default_factory=dict)
    period: str = "day"
    activity: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    tables: Mapping[str, list[Row]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to report on."""
        return not self.span.get("count_spawns")

    def __getitem__(self, table: str) -> list[Row]:
        """Return the rows of a table; none where nothing is built yet."""
        return self.tables.get(table, [])


def read_facts(warehouse: Warehouse, settings: Settings, *, with_text: bool) -> ReportFacts:
    """Return the facts as of one moment; empty ones where the marts are not built yet."""
    with warehouse.connect() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        run, previous = latest_runs(connection)
        if not _marts_are_built(connection):
            return ReportFacts(run=run, previous=previous)
        values = {
            "window_days": settings.window_days,
            "with_text": with_text,
            "since": previous.finished_at if previous else None,
            "limit": MAPPED_TASKS,
        }
        (span,) = _rows(connection, "span", values)
        period, activity = _activity(connection, period_of(span["first_day"], span["last_day"]))
        return ReportFacts(
            run=run,
            previous=previous,
            span=span,
            window=_rows(connection, "window", values)[0],
            new_spawns=_rows(connection, "new_spawns", values)[0],
            period=period,
            activity=activity,
            tasks=_rows(connection, "mapped_tasks", values),
            tables={name: _rows(connection, name, values | {"period": period}) for name in TABLES},
        )


def period_of(first: date | None, last: date | None) -> str:
    """Return how charts over time count, so that a long history has no more bars than a phone can show."""
    days = (last - first).days if first and last else 0
    return "day" if days <= DAYS_SHOWN_SINGLY else "week" if days <= DAYS_SHOWN_BY_WEEK else "month"


def _activity(connection: psycopg.Connection[Any], period: str) -> tuple[str, list[Row]]:
    """Return the rows that the filters choose from, in the finest period of which a page can hold them all."""
    while True:
        is_coarsest = period == COARSEST
        rows = _rows(connection, "activity", {"period": period, "most": None if is_coarsest else MOST_ACTIVITY + 1})
        if len(rows) <= MOST_ACTIVITY or is_coarsest:
            return period, rows
        period = "month" if period == "week" else "week"


def plain(value: Any) -> Any:
    """Return numbers as floats, and texts without control and direction characters: names come from logs."""
    if isinstance(value, str):
        return (
            value
            if value.isprintable()
            else "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in value)
        )
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return float(value)
    return value


def _marts_are_built(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select to_regclass('marts.best_model_changes')").fetchone()
    return row is not None and row[0] is not None


def _rows(connection: psycopg.Connection[Any], name: str, values: Mapping[str, Value]) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(named_sql(__file__, name), values).fetchall()
    return [{column: plain(value) for column, value in row.items()} for row in rows]
