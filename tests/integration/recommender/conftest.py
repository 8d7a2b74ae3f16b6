import pytest

from pipelines.warehouse import Warehouse
from tests.support.published_tables import publish_tables
from tests.support.snapshots import learned_snapshot


@pytest.fixture
def published_warehouse(warehouse: Warehouse) -> Warehouse:
    """A warehouse that holds what the snapshot of the unit tests holds, but for the vector of one agent."""
    publish_tables(warehouse, learned_snapshot())
    with warehouse.connect() as connection:
        connection.execute(
            "update learning.agent_embeddings set embedding_model = 'an older one', spec_embedding = '[1,2,3]'"
            " where agent_name = %s",
            [learned_snapshot().agents[1].name],
        )
    return warehouse
