"""What would run without us: the model that a spawn gets if nobody advises on it."""

from collections.abc import Sequence
from typing import NamedTuple

from recommender.rows import AgentSpec


class Baseline(NamedTuple):
    """The family of the model, and who says so: call, project_spec, user_spec, built_in, environment or parent."""

    model: str
    source: str


def baseline_of(
    agent: str | None,
    *,
    asked: str | None = None,
    project: str | None = None,
    parent_model: str | None = None,
    specs: Sequence[AgentSpec] = (),
) -> Baseline | None:
    """Return what would run, None where nothing tells."""
    raise NotImplementedError
