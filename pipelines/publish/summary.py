"""What a person wants to know when the learning run is done."""

from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg.rows import dict_row

from pipelines.ingest.health import read_health
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql


@dataclass(frozen=True)
class RunSummary:
    """Counts over the whole warehouse, the recommendations with most evidence, and where everything is."""

    files: int
    lines_read: int
    lines_quarantined: int
    spawns: int
    agents: int
    first_spawn: str | None
    last_spawn: str | None
    succeeded: int
    failed: int
    unknown: int
    clusters: int
    cost_usd: float | None
    spawns_without_cost: int
    window_days: int
    cheaper_saving_usd: float
    stronger_cost_usd: float
    spawns_at_impossible_times: int = 0
    recommendations: list[dict[str, Any]] = field(default_factory=list)
    database: str = ""
    snapshot: str = ""
    report: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as plain values for `--json`."""
        return asdict(self)


def summarise(warehouse: Warehouse, settings: Settings) -> RunSummary:
    """Read the summary from the warehouse."""
    with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        window = {"window_days": settings.window_days}
        counts = cursor.execute(named_sql(__file__, "summary_counts"), window).fetchone() or {}
        recommendations = cursor.execute(named_sql(__file__, "summary_recommendations")).fetchall()
    url = settings.database_url
    return RunSummary(
        **counts,
        window_days=settings.window_days,
        spawns_at_impossible_times=read_health(warehouse).spawns_at_impossible_times,
        recommendations=recommendations,
        database="DATABASE_URL" if url else f"{settings.postgres_folder} (query it: spawnwise sql 'select ...')",
        snapshot=str(settings.snapshot_file),
        report=str(settings.report_file),
    )
