"""The assets of this stage."""

import dagster as dg

from pipelines.embed.batches import EmbedReport
from pipelines.embed.embed_specs import embed_specs
from pipelines.embed.embed_tasks import embed_tasks
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.embedding.embedder import EmbeddingError
from recommender.embedding.local import embedder_from_environment

# Finished batches stay, so a second try goes on where the first one ended.
RETRY = dg.RetryPolicy(max_retries=1, delay=10)


@dg.asset(
    key=["learning", "task_embeddings"],
    deps=[dg.AssetKey(["learning", "task_history"]), dg.AssetKey(["learning", "recommendation_log"])],
    group_name="cluster",
    retry_policy=RETRY,
    kinds={"python", "postgres"},
    pool="warehouse",
)
def task_embeddings(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """The vector of every text in learning.task_history; each distinct text is embedded once."""
    progress.stage("Embed the tasks")
    try:
        report = embed_tasks(warehouse, embedder_from_environment(), progress, batch_size=settings.embedding_batch_size)
    except EmbeddingError as error:
        raise _failure(error, settings) from error
    return dg.MaterializeResult(metadata=_metadata(report))


@dg.asset(
    key=["learning", "agent_embeddings"],
    deps=[dg.AssetKey(["learning", "agent_specs"])],
    group_name="cluster",
    retry_policy=RETRY,
    kinds={"python", "postgres"},
    pool="warehouse",
)
def agent_embeddings(
    warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """The vector of every agent spec; a spec is embedded again only when its text changes."""
    progress.stage("Embed the agent specs")
    try:
        report = embed_specs(warehouse, embedder_from_environment(), progress)
    except EmbeddingError as error:
        raise _failure(error, settings) from error
    return dg.MaterializeResult(metadata=_metadata(report))


def _failure(error: EmbeddingError, settings: Settings) -> dg.Failure:
    """Return the failure of the step; waiting helps where a provider is busy, never where the embedder is local."""
    return dg.Failure(str(error), allow_retries=settings.embedder != "local")


def _metadata(report: EmbedReport) -> dict[str, str | int]:
    return {
        "embedding_model": report.embedding_model,
        "texts_embedded": report.embedded,
    }
