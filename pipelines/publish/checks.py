"""What must hold of what was published."""

import dagster as dg

from pipelines.publish.assets import recommendation_snapshot
from pipelines.settings import Settings
from recommender.snapshot_file import SnapshotError, read_snapshot


@dg.asset_check(asset=recommendation_snapshot, description="The published snapshot can be read and has its answers.")
def snapshot_is_readable(settings: dg.ResourceParam[Settings]) -> dg.AssetCheckResult:
    """Read the file as a lookup does."""
    try:
        snapshot = read_snapshot(settings.snapshot_file)
    except SnapshotError as error:
        return dg.AssetCheckResult(passed=False, description=str(error))
    known = {kind.cluster_id for kind in snapshot.kinds}
    stray = [row for row in snapshot.best if row.cluster_id >= 0 and row.cluster_id not in known]
    return dg.AssetCheckResult(passed=not stray, metadata={"answers": len(snapshot.best), "stray_answers": len(stray)})
