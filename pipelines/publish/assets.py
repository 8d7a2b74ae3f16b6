"""The assets of this stage."""

import dagster as dg

from pipelines.embed.embed_specs import drop_other_spec_vectors
from pipelines.progress import Progress
from pipelines.publish.snapshot import publish_snapshot
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.trials import drop_old_counts


@dg.asset(
    deps=[dg.AssetKey(["serving", "best_model_per_cluster"])],
    group_name="publish",
    kinds={"python", "file"},
    pool="warehouse",
)
def recommendation_snapshot(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """The file that lookups at spawn time read: kinds of task, best models, evidence, tiers and agents."""
    progress.stage("Publish the answers")
    snapshot = publish_snapshot(warehouse, settings)
    drop_old_counts(snapshot)
    if snapshot.embedding_model:
        drop_other_spec_vectors(warehouse, snapshot.embedding_model)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(settings.snapshot_file),
            "bytes": settings.snapshot_file.stat().st_size,
            "version": snapshot.version,
            "kinds": len(snapshot.kinds),
            "answers": len(snapshot.best),
            "agents": len(snapshot.agents),
        }
    )
