from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import recommend_model


@dataclass
class TaskHistory:
    model_used: str | None
    success: bool | None
    similarity: float


def test_recommend_model_prefers_cheaper() -> None:
    """When success rates equal, prefer cheaper model."""
    similar_tasks = [
        TaskHistory(model_used="opus", success=True, similarity=0.9),
        TaskHistory(model_used="sonnet", success=True, similarity=0.9),
    ]
    assert recommend_model(similar_tasks) == "sonnet"


def test_recommend_model_weights_by_similarity() -> None:
    """Higher similarity tasks should have more influence."""
    similar_tasks = [
        TaskHistory(model_used="opus", success=True, similarity=0.95),
        TaskHistory(model_used="haiku", success=True, similarity=0.6),
    ]
    # Opus should win despite cost due to much higher similarity
    assert recommend_model(similar_tasks) == "opus"


def outcomes(model: str, good: int, bad: int, similarity: float = 0.9) -> list[TaskHistory]:
    return [TaskHistory(model, True, similarity)] * good + [TaskHistory(model, False, similarity)] * bad


@pytest.mark.parametrize(
    ("tasks", "model"),
    [
        ([], "sonnet"),
        ([TaskHistory("haiku", None, 0.9), TaskHistory(None, True, 0.9)], "sonnet"),
        ([TaskHistory("haiku", True, float("nan")), TaskHistory("haiku", True, -0.5)], "sonnet"),
        (outcomes("claude-haiku-4-5-20251001", 3, 0), "haiku"),
        (outcomes("haiku", 0, 3), "sonnet"),
        (outcomes("haiku", 0, 3) + outcomes("sonnet", 0, 3), "opus"),
        (outcomes("opus", 0, 3), "opus"),
        (outcomes("haiku", 9, 1) + outcomes("opus", 9, 1), "haiku"),
        (outcomes("haiku", 5, 5) + outcomes("opus", 10, 0), "opus"),
        (outcomes("haiku", 1, 0) + outcomes("opus", 20, 0), "opus"),
        (outcomes("newcomer", 10, 0) + outcomes("opus", 10, 0), "opus"),
    ],
)
def test_the_cheapest_reliable_model_is_chosen(tasks: list[TaskHistory], model: str) -> None:
    assert recommend_model(tasks) == model


rows = st.builds(
    TaskHistory, st.sampled_from(["haiku", "sonnet", "opus", "gpt-5"]), st.none() | st.booleans(), st.floats(-1, 1)
)


@given(st.lists(rows), st.randoms())
def test_the_order_of_the_neighbours_does_not_matter(tasks: list[TaskHistory], random: object) -> None:
    shuffled = list(tasks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recommend_model(tasks) == recommend_model(shuffled)


@given(st.lists(rows))
def test_a_failure_of_another_model_never_takes_the_answer_from_the_chosen(tasks: list[TaskHistory]) -> None:
    chosen = recommend_model(tasks)
    other = "haiku" if chosen != "haiku" else "opus"
    known = {task.model_used for task in tasks if task.success is not None and task.similarity > 0}
    if chosen in known and recommend_model([task for task in tasks if task.model_used == chosen]) == chosen:
        assert recommend_model([*tasks, TaskHistory(other, False, 1.0)]) in {chosen, *known}
