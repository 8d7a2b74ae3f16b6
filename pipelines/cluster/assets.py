"""The asset of this stage."""

import dagster as dg

from pipelines.cluster.nightly import cluster_tasks
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.table_metadata import table_metadata
from pipelines.warehouse import Warehouse
from recommender.embedding.local import embedder_from_environment


@dg.asset(
    key=["learning", "task_clusters"],
    deps=[dg.AssetKey(["learning", "task_embeddings"])],
    group_name="cluster",
    kinds={"python", "postgres", "scikitlearn"},
    pool="warehouse",
)
def task_clusters(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Kinds of task: one row per cluster of one clustering version, with its centroid, radius, label and examples."""
    report = cluster_tasks(warehouse, settings, embedder_from_environment().name, progress)
    table = "\n".join(
        ["| kind | tasks |", "| --- | ---: |", *(f"| {label} | {size} |" for label, size in report.labels)]
    )
    return dg.MaterializeResult(
        metadata={
            **table_metadata(warehouse, "learning", "task_clusters"),
            "kinds_now": report.clusters,
            "action": report.action,
            "clustering_version": report.version,
            "criterion": report.criterion,
            "tasks": report.tasks,
            "clusters_continued": report.continued,
            "kinds": dg.MetadataValue.md(table),
        }
    )
