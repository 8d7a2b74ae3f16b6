"""What must hold of the vectors."""

import dagster as dg

from pipelines.embed.assets import agent_embeddings, task_embeddings
from pipelines.warehouse import Warehouse, named_sql
from recommender.embedding.local import embedder_from_environment


@dg.asset_check(
    asset=task_embeddings, description="Every vector has unit length, and those of one embedding model one size."
)
def vectors_are_valid(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Look at all vectors, of tasks and of specs; pgvector itself stores only finite values."""
    with warehouse.connect() as connection:
        not_unit_length, mixed = connection.execute(named_sql(__file__, "vector_faults")).fetchone() or (0, 0)
    return dg.AssetCheckResult(
        passed=not not_unit_length and not mixed,
        metadata={"not_unit_length": not_unit_length, "models_of_mixed_size": mixed},
    )


@dg.asset_check(asset=task_embeddings, description="No task with a text waits for its vector.")
def no_task_is_pending(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Count what the embedder has not done."""
    return _none_pending(warehouse, "count_pending_texts")


@dg.asset_check(asset=agent_embeddings, description="No agent spec waits for its vector.")
def no_spec_is_pending(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Count what the embedder has not done."""
    return _none_pending(warehouse, "count_pending_specs")


def _none_pending(warehouse: Warehouse, statement: str) -> dg.AssetCheckResult:
    parameters = {"embedding_model": embedder_from_environment().name}
    with warehouse.connect() as connection:
        (pending,) = connection.execute(named_sql(__file__, statement), parameters).fetchone() or (0,)
    # What waits is done by the next run; lookups know it by its agent and tier until then.
    return dg.AssetCheckResult(passed=pending == 0, severity=dg.AssetCheckSeverity.WARN, metadata={"pending": pending})
