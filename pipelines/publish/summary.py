"""What a person wants to know when the learning run is done."""

from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg.rows import dict_row

from pipelines.ingest.health import read_health
from pipelines.publish.quota import month_of_quota
from pipelines.publish.report import reading
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql

MOST_RECOMMENDATIONS = 12


@dataclass(frozen=True)
class RunSummary:
    """Counts over the whole warehouse, what the night learned, and where everything is.

    `recommendations` are the agents' answers with most evidence, `changes` all those that change a model; `trials` are
    rows of `marts.trials`, `proven` those of `marts.proven_savings` to date and in the newest week.
    """

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
    estimated_cost_usd: float | None
    spawns_without_cost: int
    main_cost_usd: float | None = None  # of the conversations that spawned them
    count_audits: int | None = None
    observed_success: float | None = None
    corrected_success: float | None = None
    corrected_low: float | None = None
    corrected_high: float | None = None
    spawns_at_impossible_times: int = 0
    recommendations: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    trials: list[dict[str, Any]] = field(default_factory=list)
    proven: list[dict[str, Any]] = field(default_factory=list)
    database: str = ""
    snapshot: str = ""
    report: str = ""
    month_of_quota: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as plain values for `--json`."""
        return asdict(self)


def summarise(warehouse: Warehouse, settings: Settings) -> RunSummary:
    """Read the summary from the warehouse."""
    with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        counts = cursor.execute(named_sql(__file__, "summary_counts")).fetchone() or {}
        recommendations = cursor.execute(named_sql(__file__, "summary_recommendations")).fetchall()
        trials = cursor.execute(named_sql(reading.__file__, "trials")).fetchall()
        proven = cursor.execute(named_sql(reading.__file__, "proven")).fetchall()
    url = settings.database_url
    return RunSummary(
        **counts,
        spawns_at_impossible_times=read_health(warehouse).spawns_at_impossible_times,
        recommendations=recommendations[:MOST_RECOMMENDATIONS],
        changes=[row for row in recommendations if row["is_change"]],
        trials=trials,
        proven=proven,
        database="DATABASE_URL" if url else f"{settings.postgres_folder} (query it: spawnwise sql 'select ...')",
        snapshot=str(settings.snapshot_file),
        report=str(settings.report_file),
        month_of_quota=month_of_quota(warehouse, settings),
    )
