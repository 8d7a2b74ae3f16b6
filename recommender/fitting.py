"""Which agent can do a task, where the caller named none."""

import os
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.kinds import Match
from recommender.published_rows import ANY_KIND, AgentSpec, Scope
from recommender.snapshot import Snapshot
from recommender.trials import is_within

# Of a task and a whole spec, with the embedding that comes along. Tried with 71 tasks on 272 public specs: the right
# agent for 28 of the 50 tasks that one was for, never a wrong one, and one for a task of the 21 that none was for.
MIN_SIMILARITY = 0.4
MIN_OUTCOMES, MIN_SUCCESS = 3, 0.8

_EDITORS = frozenset({"Edit", "MultiEdit", "Write"})
# Work of an unknown type may be any.
_NEEDS_EDITOR = frozenset({"implement", "fix", "test", "refactor", "docs", "other"})
_NEEDS_SHELL = frozenset({"test", "operate", "other"})
_READ_ONLY = ("Glob", "Grep", "Read", "WebFetch", "WebSearch")
# Those that do any work; others, such as statusline-setup, have a business of their own.
_BUILT_IN = (AgentSpec("general-purpose"), AgentSpec("Explore", tools=_READ_ONLY), AgentSpec("Plan", tools=_READ_ONLY))


class _Record(NamedTuple):
    """How an agent did: its success on the model that it usually runs on, and how many outcomes tell."""

    success_low: float
    success_rate: float
    known_outcomes: float

    @property
    def is_good(self) -> bool:
        return self.known_outcomes >= MIN_OUTCOMES and self.success_rate >= MIN_SUCCESS

    @property
    def is_bad(self) -> bool:
        return self.known_outcomes >= MIN_OUTCOMES and self.success_rate < MIN_SUCCESS


def fitting_agent(
    snapshot: Snapshot, match: Match | None, vector: NDArray[np.float32] | None, work_type: str, project: str | None
) -> str | None:
    """Return the agent that fits a task best, None where none is known to fit.

    It must be there (built in, the user's own, or the project's: `project` is a folder), have the tools, and not have
    failed at such work. Then the best record on this kind of task decides, else the most similar spec, else the best
    record of a built-in agent on this type of work. An agent known by its logs alone may exist nowhere any more.
    """
    here = os.path.realpath(project) if project and "\0" not in project else None
    named = {spec.name for spec in snapshot.agents}
    specs = [*snapshot.agents, *(spec for spec in _BUILT_IN if spec.name not in named)]
    able = [
        (row, spec)
        for row, spec in enumerate(specs)
        if can_do(spec, work_type) and (not spec.project or (here is not None and is_within(here, spec.project)))
    ]
    kind = match.kind if match and match.is_inside and match.kind.work_type == work_type else None
    names = {spec.name for _, spec in able} & snapshot.agents_with_evidence
    of_kind = _records(snapshot, names, work_type, kind.cluster_id) if kind else {}
    of_type = _records(snapshot, names, work_type, ANY_KIND)
    if known := [(record, name) for name, record in of_kind.items() if record.is_good]:
        return max(known)[1]
    unfit = {name for name, record in (of_type | of_kind).items() if record.is_bad}
    if vector is not None and len(snapshot.agent_vectors):
        similarities = snapshot.agent_vectors @ vector
        near = [(float(similarities[row]), spec.name) for row, spec in able if row < len(similarities)]
        if likely := [(like, name) for like, name in near if like >= MIN_SIMILARITY and name not in unfit]:
            return max(likely)[1]
    built_in = {spec.name for _, spec in able if spec in _BUILT_IN} - unfit
    usual = [(record, name) for name, record in of_type.items() if name in built_in and record.is_good]
    return max(usual)[1] if usual else None


def can_do(spec: AgentSpec, work_type: str) -> bool:
    """Tell whether an agent's tools allow a type of work: one that only reads writes no tests."""
    if spec.tools is None:
        return True
    tools = frozenset(spec.tools)
    has_editor, has_shell = bool(tools & _EDITORS), "Bash" in tools
    return (
        bool(tools) and (has_editor or work_type not in _NEEDS_EDITOR) and (has_shell or work_type not in _NEEDS_SHELL)
    )


def _records(snapshot: Snapshot, names: set[str], work_type: str, cluster_id: int) -> dict[str, _Record]:
    records = {}
    for name in names:
        if rows := snapshot.evidence_of.get(Scope(name, work_type, cluster_id)):
            usual = max(rows, key=lambda row: (row.is_baseline, row.known_outcomes))
            records[name] = _Record(usual.success_low, usual.success_rate, usual.known_outcomes)
    return records
