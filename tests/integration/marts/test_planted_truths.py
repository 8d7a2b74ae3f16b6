import re
from datetime import UTC, datetime

import pytest

from pipelines.cluster.nightly import cluster_tasks
from pipelines.estimate.nightly import estimate_models
from pipelines.marts.run import run_dbt
from pipelines.progress import SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from tests.support.planted.history import REGRESSED_MODEL, regressed_week
from tests.support.planted.load import load_planted_history
from tests.support.planted.topics import GAPS, LONG_AGO, NEVER_SPAWNED, OVERLAPS, TOO_MUCH

NOW = datetime.now(UTC)


def build(warehouse: Warehouse, selector: str) -> None:
    run = run_dbt(warehouse, Settings(), ["build", "--selector", selector, "--exclude-resource-type", "unit_test"])
    assert run.failures == []


def learn(warehouse: Warehouse) -> None:
    model = load_planted_history(warehouse, NOW)
    cluster_tasks(warehouse, Settings(), model, SilentProgress())
    build(warehouse, "before_estimates")
    estimate_models(warehouse, Settings(), SilentProgress())
    build(warehouse, "after_estimates")


def found(warehouse: Warehouse, query: str) -> set[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return set(connection.execute(query).fetchall())  # type: ignore[call-overload]


def words_of(label: str) -> set[str]:
    return set(re.findall(r"[\w-]+", label.lower()))


def gap_of(label: str) -> tuple[str] | None:
    """The planted topic that a gap's label speaks of, where it speaks of one alone."""
    words = words_of(label)
    topics = [
        topic for topic in GAPS if words & set(f"{topic.verbs}, {topic.objects}".lower().replace(",", "").split())
    ]
    return (topics[0].objects,) if len(topics) == 1 else None


def test_every_planted_truth_is_found_and_at_most_one_false_one_per_mart(
    warehouse: Warehouse, subtests: pytest.Subtests
) -> None:
    learn(warehouse)
    gap_labels = found(warehouse, "select gap_label from marts.capability_gaps")
    truths_and_findings = {
        "overloaded_agents": (
            {(topic.agent,) for topic in TOO_MUCH},
            found(warehouse, "select agent_name from marts.overloaded_agents where window_days = 30"),
        ),
        "unused_agents": (
            {(topic.agent,) for topic in [*NEVER_SPAWNED, *LONG_AGO]},
            found(warehouse, "select agent_name from marts.unused_agents where window_days = 30"),
        ),
        "capability_gaps": ({(topic.objects,) for topic in GAPS}, {gap_of(str(label)) for (label,) in gap_labels}),
        "agent_overlap": (OVERLAPS, found(warehouse, "select agent_name, other_agent_name from marts.agent_overlap")),
        "model_regressions": (
            {(REGRESSED_MODEL, regressed_week(NOW).date())},
            found(warehouse, "select model, week from marts.model_regressions"),
        ),
    }
    for mart, (planted, findings) in truths_and_findings.items():
        with subtests.test(msg=mart):
            assert planted <= findings
            assert len(findings - planted) <= 1
    with subtests.test(msg="an overloaded agent is to be split at the kind that was too much for it"):
        assert len(GAPS) <= len(gap_labels) <= len(GAPS) + 1  # one may show in two types of work
        for agent, label in found(
            warehouse, "select agent_name, split_cluster_label from marts.overloaded_agents where window_days = 30"
        ):
            topic = next(topic for topic in TOO_MUCH if topic.agent == agent)
            assert words_of(str(label)) & set(f"{topic.verbs}, {topic.objects}".lower().replace(",", "").split())
