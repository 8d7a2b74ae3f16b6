"""What a trial is about, in words."""

from collections.abc import Iterable

from pipelines.trials.trial_store import Connection
from pipelines.warehouse import named_sql
from recommender.published_rows import ANY_AGENT, ANY_KIND, ANY_TYPE, Scope
from recommender.work_types import WORK_TYPE_NAMES


def scope_labels(connection: Connection, version: int, scopes: Iterable[Scope]) -> dict[Scope, str]:
    """Return a label for each scope, such as "general-purpose: Review"."""
    rows = connection.execute(named_sql(__file__, "select_kind_labels"), {"version": version})
    kinds: dict[int, str] = dict(rows.fetchall())
    return {scope: _label(scope, kinds) for scope in scopes}


def _label(scope: Scope, kinds: dict[int, str]) -> str:
    agent = "any agent" if scope.agent_name == ANY_AGENT else scope.agent_name
    if scope.cluster_id != ANY_KIND:
        return f"{agent}: {kinds.get(scope.cluster_id, scope.work_type)}"
    work = "any work" if scope.work_type == ANY_TYPE else WORK_TYPE_NAMES.get(scope.work_type, scope.work_type)
    return f"{agent}: {work}"
