"""Purge: remove, clear, publish again what is left, and look whether anything is left of what was removed."""

from collections import Counter
from dataclasses import dataclass, field

from pipelines.journal.load import load_journal
from pipelines.purge.cleanup import clear_further_traces, clear_hook_log, overwrite_deleted_rows
from pipelines.purge.journal import purge_journal
from pipelines.purge.proof import find_traces
from pipelines.purge.removal import Removal, remove, reread_journal
from pipelines.purge.scope import Scope
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

JOURNAL_LINES = "lines of the journal"


@dataclass
class PurgeReport:
    """Rows and lines removed by what they were, and where a trace is left, which should be nowhere."""

    removed: Counter[str]
    ids_looked_for: int = 0
    left: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was covered."""
        return not any(self.removed.values())


def count_purge(warehouse: Warehouse, scope: Scope) -> Counter[str]:
    """Return what a purge would remove from the warehouse, what the journal is yet to bring included."""
    load_journal(warehouse)
    with warehouse.connect() as connection:
        rows = remove(connection, scope).rows
        connection.rollback()
    return rows


def purge(settings: Settings, warehouse: Warehouse, scope: Scope) -> tuple[PurgeReport, Removal]:
    """Remove what the scope covers from tables, journal, logs and published files; the caller publishes the rest.

    Where it covers nothing, all stays as it is, but for conversations of which no message is known.

    Raises `psycopg.Error` or `OSError`; what was removed until then stays removed, and a repeated purge goes on.
    """
    load_journal(warehouse)  # what was just noted may be covered too
    with warehouse.connect() as connection:
        removal = remove(connection, scope)
    if lines := purge_journal(scope, removal.ids):
        removal.rows[JOURNAL_LINES] = lines
        with warehouse.connect() as connection:
            reread_journal(connection)
    report = PurgeReport(removal.rows)
    if scope.is_all or not report.is_empty:
        clear_further_traces(settings, warehouse)
        clear_hook_log(settings, scope)
    return report, removal


def prove(settings: Settings, warehouse: Warehouse, report: PurgeReport, removal: Removal) -> None:
    """Make the servers forget deleted rows, then look for what was removed wherever it could stand."""
    in_the_way = overwrite_deleted_rows(settings, warehouse)
    report.ids_looked_for = len(removal.ids)
    report.left = find_traces(settings, warehouse, removal)
    if in_the_way:
        report.left["rows that Postgres may keep for transactions of others"] = in_the_way
