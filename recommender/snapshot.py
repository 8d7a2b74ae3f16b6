"""What the nightly run publishes and a lookup reads."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from recommender.decision import Rule
from recommender.published_rows import AgentSpec, BestModel, ModelEvidence, Scope, TaskKind, Tier, Trial


@dataclass(frozen=True)
class Snapshot:
    """Everything that a lookup needs. Row i of `centroids` is kind i, row i of `agent_vectors` is agent i.

    Row i + 1 of `project_directions` is what is taken out of the vectors of project i, row 0 of those of any other.
    """

    embedding_model: str
    created_at: datetime
    clustering_version: int = 0
    kinds: tuple[TaskKind, ...] = ()
    centroids: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))
    projects: tuple[str, ...] = ()
    project_directions: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))
    best: tuple[BestModel, ...] = ()
    evidence: tuple[ModelEvidence, ...] = ()
    trials: tuple[Trial, ...] = ()
    tiers: tuple[Tier, ...] = ()
    agents: tuple[AgentSpec, ...] = ()
    agent_vectors: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))
    rule: Rule = field(default_factory=Rule)
    exploration_share: float = 0.0
    protected_agents: tuple[str, ...] = ()
    draws_trials: bool = True
    is_sample: bool = False  # learned from the bundled sample alone: invented work, on which nothing is changed

    @cached_property
    def version(self) -> str:
        """Hash of the content; equal content published twice has one version."""
        return hashlib.sha256(save(self.tensors())).hexdigest()[:16]

    @cached_property
    def best_of(self) -> dict[Scope, BestModel]:
        """The published answer of each scope."""
        return {Scope(row.agent_name, row.work_type, row.cluster_id): row for row in self.best}

    @cached_property
    def radii(self) -> NDArray[np.float64]:
        """The radius of each kind."""
        return np.array([kind.radius for kind in self.kinds])

    @cached_property
    def kinds_of_type(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """The places of the kinds of each work type, and their centroids."""
        rows: dict[str, list[int]] = {}
        for row, kind in enumerate(self.kinds[: len(self.centroids)]):
            rows.setdefault(kind.work_type, []).append(row)
        return {name: (np.array(found), self.centroids[found]) for name, found in rows.items()}

    @cached_property
    def direction_of(self) -> dict[str, NDArray[np.float32]]:
        """What is taken out of the vectors of each project; of any other, the one under no name."""
        return dict(zip(("", *self.projects), self.project_directions, strict=False))

    @cached_property
    def evidence_of(self) -> dict[Scope, list[ModelEvidence]]:
        """The record of each model in each scope."""
        rows: dict[Scope, list[ModelEvidence]] = {}
        for row in self.evidence:
            rows.setdefault(row.scope, []).append(row)
        return rows

    @cached_property
    def agents_with_evidence(self) -> frozenset[str]:
        """The agents that have a record of their own."""
        return frozenset(row.agent_name for row in self.evidence)

    @cached_property
    def gathered(self) -> dict[Any, Any]:
        """What lookups have gathered so far: records by agent, decisions by scope and baseline."""
        return {}

    @cached_property
    def best_of_kind(self) -> dict[int, list[BestModel]]:
        """The rows of each kind of task: one for each agent that has done it, and that for any agent."""
        rows: dict[int, list[BestModel]] = {}
        for row in self.best:
            rows.setdefault(row.cluster_id, []).append(row)
        return rows

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the content as it is stored: vectors, and everything else as JSON."""
        rows = {name: getattr(self, name) for name in ("kinds", "best", "evidence", "trials", "tiers", "agents")}
        rows |= {
            "projects": self.projects,
            "embedding_model": self.embedding_model,
            "clustering_version": self.clustering_version,
        }
        rows |= {"exploration_share": self.exploration_share, "protected_agents": self.protected_agents}
        rows |= {"rule": asdict(self.rule), "draws_trials": self.draws_trials, "is_sample": self.is_sample}
        text = json.dumps(rows, allow_nan=False, ensure_ascii=False).encode("utf-8", errors="replace")
        return {
            "centroids": np.ascontiguousarray(self.centroids, dtype=np.float32),
            "project_directions": np.ascontiguousarray(self.project_directions, dtype=np.float32),
            "agent_vectors": np.ascontiguousarray(self.agent_vectors, dtype=np.float32),
            "rows": np.frombuffer(text, dtype=np.uint8),
        }


def from_tensors(tensors: dict[str, NDArray[Any]], created_at: datetime) -> Snapshot:
    """Return the snapshot whose content was stored as `tensors`."""
    rows = json.loads(tensors["rows"].tobytes())
    return Snapshot(
        embedding_model=rows["embedding_model"],
        created_at=created_at,
        clustering_version=rows["clustering_version"],
        kinds=tuple(TaskKind._make([*row[:4], tuple(row[4]), tuple(row[5]), row[6]]) for row in rows["kinds"]),
        centroids=tensors["centroids"],
        projects=tuple(rows["projects"]),
        project_directions=tensors["project_directions"],
        best=tuple(map(BestModel._make, rows["best"])),
        evidence=tuple(map(ModelEvidence._make, rows["evidence"])),
        trials=tuple(map(Trial._make, rows["trials"])),
        tiers=tuple(map(Tier._make, rows["tiers"])),
        agents=tuple(AgentSpec._make([*row[:4], None if row[4] is None else tuple(row[4])]) for row in rows["agents"]),
        agent_vectors=tensors["agent_vectors"],
        rule=Rule(**rows["rule"]),
        exploration_share=rows["exploration_share"],
        protected_agents=tuple(rows["protected_agents"]),
        draws_trials=rows.get("draws_trials", True),
        is_sample=rows.get("is_sample", False),
    )
