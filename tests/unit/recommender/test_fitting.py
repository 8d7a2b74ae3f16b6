from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.embedding.local import LocalEmbedder
from recommender.fitting import MIN_OUTCOMES, MIN_SIMILARITY, MIN_SUCCESS, can_do, fitting_agent
from recommender.kinds import Match
from recommender.published_rows import ANY_KIND, AgentSpec, ModelEvidence, TaskKind
from recommender.snapshot import Snapshot

READ_ONLY = ("Read", "Grep", "Glob")
TASK = np.array([1.0, 0.0], dtype=np.float32)


def seen(
    agent: str, work_type: str, *, success: float = 0.95, n: float = 20, kind: int = ANY_KIND, model: str = "opus"
) -> ModelEvidence:
    """Return how an agent did at a type of work, or a kind of task within it."""
    posterior = {"logit": 0.0, "logit_sd": 1.0, "logit_shared_sd": 0.0, "outcomes_to_choose": None}
    return ModelEvidence(
        agent_name=agent,
        work_type=work_type,
        cluster_id=kind,
        model=model,
        success_rate=success,
        success_low=success - 0.1,
        success_sd=0.05,
        tasks_observed=int(n),
        known_outcomes=n,
        effective_n=n,
        expected_cost_usd=None,
        log_cost_sd=0.0,
        worth_probability=0.5,
        net_benefit=None,
        is_baseline=model == "opus",
        is_chosen=True,
        reason="",
        **posterior,  # type: ignore[arg-type]
    )


def like(similarity: float) -> NDArray[np.float32]:
    """Return a vector of that similarity to the task."""
    return np.array([similarity, (1 - similarity**2) ** 0.5], dtype=np.float32)


def snapshot(*evidence: ModelEvidence, **specs: tuple[AgentSpec, float]) -> Snapshot:
    """Return what is published of some agents, each with its likeness to the task."""
    return Snapshot(
        embedding_model="hand-made",
        created_at=datetime.now(UTC),
        evidence=evidence,
        agents=tuple(spec for spec, _ in specs.values()),
        agent_vectors=np.array([like(similarity) for _, similarity in specs.values()]) if specs else np.empty((0, 0)),
    )


def match(work_type: str, *, is_inside: bool = True) -> Match:
    return Match(TaskKind(5, "Parsers", 0.5, work_type=work_type), 0.9, is_inside, np.zeros(1, dtype=np.float32))


def fit(known: Snapshot, work_type: str, project: str | None = None, near: Match | None = None) -> str | None:
    return fitting_agent(known, near, TASK, work_type, project)


@pytest.mark.parametrize("work_type", ["test", "implement", "fix", "refactor", "docs", "operate", "other"])
def test_explore_is_never_suggested_for_what_it_cannot_do(work_type: str) -> None:
    known = snapshot(seen("Explore", work_type, n=99), seen("Explore", work_type, n=99, kind=5))
    assert fit(known, work_type, near=match(work_type)) is None


def test_explore_is_suggested_for_searches_once_it_was_seen_to_do_them() -> None:
    assert fit(snapshot(), "search") is None
    assert fit(snapshot(seen("Explore", "search")), "search") == "Explore"
    assert fit(snapshot(seen("Explore", "search")), "explain") is None
    assert fit(snapshot(seen("Explore", "search", n=MIN_OUTCOMES - 1)), "search") is None
    assert fit(snapshot(seen("Explore", "search", success=MIN_SUCCESS - 0.01)), "search") is None


def test_of_built_in_agents_the_one_with_the_better_record_is_suggested() -> None:
    known = snapshot(seen("Explore", "plan", success=0.85), seen("Plan", "plan"), seen("general-purpose", "test"))
    assert fit(known, "plan") == "Plan"
    assert fit(known, "test") == "general-purpose"
    assert fit(snapshot(seen("statusline-setup", "implement"), seen("claude-code-guide", "explain")), "explain") is None


@pytest.mark.parametrize(
    ("tools", "can"),
    [
        (None, {"search", "docs", "test", "operate", "other"}),
        (READ_ONLY, {"search"}),
        ((*READ_ONLY, "Bash"), {"search", "operate"}),
        ((*READ_ONLY, "Write"), {"search", "docs"}),
        ((*READ_ONLY, "Edit", "Bash"), {"search", "docs", "test", "operate", "other"}),
        ((*READ_ONLY, "Edit", "Bash(git diff:*)"), {"search", "docs"}),
        ((), set()),
    ],
)
def test_tools_say_what_an_agent_can_do(tools: tuple[str, ...] | None, can: set[str]) -> None:
    types = ("search", "docs", "test", "operate", "other")
    assert {name for name in types if can_do(AgentSpec("qa", tools=tools), name)} == can


def test_a_spec_like_the_task_is_suggested_where_its_tools_allow() -> None:
    reader, writer = AgentSpec("reader", tools=READ_ONLY), AgentSpec("writer")
    known = snapshot(reader=(reader, 0.9), writer=(writer, MIN_SIMILARITY + 0.01))
    assert fit(known, "search") == "reader"
    assert fit(known, "test") == "writer"
    assert fit(snapshot(writer=(writer, MIN_SIMILARITY - 0.01)), "test") is None
    assert fitting_agent(known, None, None, "search", None) is None


def test_an_agent_that_failed_at_such_work_is_not_suggested() -> None:
    specs = {"writer": (AgentSpec("writer"), 0.9), "other": (AgentSpec("other"), 0.5)}
    assert fit(snapshot(seen("writer", "test", success=0.5), **specs), "test") == "other"
    assert fit(snapshot(seen("writer", "test", success=0.5, n=1), **specs), "test") == "writer"
    failed_here = (seen("writer", "test"), seen("writer", "test", success=0.5, kind=5))
    assert fit(snapshot(*failed_here, **specs), "test", near=match("test")) == "other"


def test_the_best_record_on_this_kind_of_task_goes_before_the_likest_spec() -> None:
    specs = {"parser": (AgentSpec("parser"), 0.1), "writer": (AgentSpec("writer"), 0.9)}
    known = snapshot(seen("parser", "test", kind=5), **specs)
    assert fit(known, "test", near=match("test")) == "parser"
    assert fit(known, "test", near=match("test", is_inside=False)) == "writer"
    assert fit(known, "test", near=match("docs")) == "writer"


def test_the_record_is_that_of_the_model_an_agent_usually_runs_on() -> None:
    tried = seen("Explore", "search", success=0.2, n=30, model="haiku")
    assert fit(snapshot(tried, seen("Explore", "search")), "search") == "Explore"


def test_a_projects_agents_are_suggested_in_it_only(tmp_path: Path) -> None:
    (tmp_path / "repo" / "part").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "repo")
    known = snapshot(theirs=(AgentSpec("theirs", project=str(tmp_path / "repo")), 0.9))
    for inside in ("repo", "repo/part", "link"):
        assert fit(known, "test", str(tmp_path / inside)) == "theirs"
    for outside in (None, str(tmp_path), str(tmp_path / "repo-2"), "", "a\0b"):
        assert fit(known, "test", outside) is None
    own = snapshot(own=(AgentSpec("own"), 0.9))
    assert fit(own, "test", None) == fit(own, "test", str(tmp_path)) == "own"


def test_an_agent_known_by_its_logs_alone_is_not_suggested() -> None:
    assert fit(snapshot(seen("gone", "test", kind=5), seen("gone", "test")), "test", near=match("test")) is None


def test_a_spec_of_a_built_in_agents_name_takes_its_place() -> None:
    can_write = snapshot(seen("Explore", "test"), explore=(AgentSpec("Explore"), 0.9))
    assert fit(can_write, "test") == "Explore"
    cannot = snapshot(seen("general-purpose", "test"), own=(AgentSpec("general-purpose", tools=READ_ONLY), 0.9))
    assert fit(cannot, "test") is None


def test_with_real_vectors_only_the_agent_for_the_work_is_found() -> None:
    texts = {
        "test-writer": "You are a test engineer. You write unit tests with pytest: fixtures, mocks, coverage.",
        "schema-designer": "You design PostgreSQL schemas: tables, indexes, constraints, migrations.",
    }
    embedder = LocalEmbedder()
    known = Snapshot(
        embedding_model=embedder.name,
        created_at=datetime.now(UTC),
        evidence=(seen("Explore", "search"), seen("Explore", "test")),
        agents=tuple(AgentSpec(name) for name in texts),
        agent_vectors=embedder.embed(list(texts.values())),
    )

    def found(task: str, work_type: str) -> str | None:
        return fitting_agent(known, None, embedder.embed([task])[0], work_type, None)

    assert found("Write unit tests for the parser", "test") == "test-writer"
    assert found("Design a PostgreSQL schema for bookings", "plan") == "schema-designer"
    assert found("Bump the version in the manifest", "operate") is None
    assert found("Find where the port is read", "search") == "Explore"
