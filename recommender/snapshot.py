"""What the nightly run publishes and a lookup reads: one file, checksummed, replaced whole."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recommender.decision import Rule
from recommender.errors import SpawnwiseError
from recommender.home import private_folder
from recommender.published_rows import (
    ANY_AGENT,
    ANY_KIND,
    ANY_TYPE,
    AgentSpec,
    BestModel,
    ModelEvidence,
    Scope,
    TaskKind,
    Tier,
    Trial,
)

__all__ = [
    "ANY_AGENT",
    "ANY_KIND",
    "ANY_TYPE",
    "AgentSpec",
    "BestModel",
    "ModelEvidence",
    "Scope",
    "Snapshot",
    "SnapshotError",
    "TaskKind",
    "Tier",
    "Trial",
    "read_snapshot",
    "write_snapshot",
]

FORMAT = "3"
_NO_DIGEST = "0" * 64


class SnapshotError(SpawnwiseError):
    """A snapshot cannot be read or written; the message says why and what to do."""


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
    is_sample: bool = False  # learned from the bundled sample alone: invented work, on which nothing is changed

    @cached_property
    def version(self) -> str:
        """Hash of the content; equal content published twice has one version."""
        return hashlib.sha256(save(self._tensors())).hexdigest()[:16]

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

    def _tensors(self) -> dict[str, NDArray[Any]]:
        rows = {name: getattr(self, name) for name in ("kinds", "best", "evidence", "trials", "tiers", "agents")}
        rows |= {
            "projects": self.projects,
            "embedding_model": self.embedding_model,
            "clustering_version": self.clustering_version,
        }
        rows |= {"exploration_share": self.exploration_share, "protected_agents": self.protected_agents}
        rows |= {"rule": asdict(self.rule), "is_sample": self.is_sample}
        text = json.dumps(rows, allow_nan=False, ensure_ascii=False).encode("utf-8", errors="replace")
        return {
            "centroids": np.ascontiguousarray(self.centroids, dtype=np.float32),
            "project_directions": np.ascontiguousarray(self.project_directions, dtype=np.float32),
            "agent_vectors": np.ascontiguousarray(self.agent_vectors, dtype=np.float32),
            "rows": np.frombuffer(text, dtype=np.uint8),
        }


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot at `path` in one step, readable by its owner only; raise `SnapshotError`."""
    _require_sound(snapshot)
    try:
        data = save(snapshot._tensors(), _metadata(snapshot.created_at, snapshot.version))
        data = data.replace(_NO_DIGEST.encode(), hashlib.sha256(data).hexdigest().encode(), 1)
        private_folder(path.parent)
        _replace(path, data)
    except (OSError, ValueError) as error:
        message = f"The snapshot {path} cannot be written ({type(error).__name__}): check free space and permissions."
        raise SnapshotError(message) from error


def read_snapshot(path: Path) -> Snapshot:
    """Read the snapshot at `path`; raise `SnapshotError` where it is missing, damaged or of another format."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise SnapshotError(f"The snapshot {path} is not a file. Move it away, and run `spawnwise learn`.")
        data = path.read_bytes()  # not mapped: a file that is cut while mapped kills the process
    except FileNotFoundError:
        raise SnapshotError("No snapshot has been published yet: run `spawnwise learn`.") from None
    except OSError as error:
        raise SnapshotError(
            f"The snapshot {path} cannot be read ({type(error).__name__}): check permissions."
        ) from error
    try:
        metadata = _verified_metadata(data)
        snapshot = _from_tensors(load(data), datetime.fromisoformat(metadata["created_at"]))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SnapshotError(f"The snapshot {path} is damaged: run `spawnwise learn` to publish it again.") from error
    _require_sound(snapshot)
    snapshot.__dict__["version"] = metadata["version"]
    return snapshot


def _metadata(created_at: datetime, version: str) -> dict[str, str]:
    created = created_at.astimezone(UTC).isoformat()
    return {"created_at": created, "format": FORMAT, "sha256": _NO_DIGEST, "version": version}


def _verified_metadata(data: bytes) -> dict[str, str]:
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    metadata: dict[str, str] = header["__metadata__"]
    digest = metadata["sha256"].encode()
    if len(digest) != 64 or hashlib.sha256(data.replace(digest, _NO_DIGEST.encode(), 1)).hexdigest().encode() != digest:
        raise ValueError("checksum")
    if metadata["format"] != FORMAT:
        raise SnapshotError(
            "The snapshot is of another version of Spawnwise: run `spawnwise learn` to publish it again."
        )
    return metadata


def _from_tensors(tensors: dict[str, NDArray[Any]], created_at: datetime) -> Snapshot:
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
        is_sample=rows.get("is_sample", False),
    )


def _require_sound(snapshot: Snapshot) -> None:
    parts = (
        (snapshot.kinds, snapshot.centroids),
        (snapshot.agents, snapshot.agent_vectors),
        (("", *snapshot.projects), snapshot.project_directions),
    )
    is_sound = all(
        vectors.ndim == 2 and len(vectors) in (0, len(rows)) and np.isfinite(vectors).all() for rows, vectors in parts
    )
    sizes = {vectors.shape[-1] for vectors in (snapshot.centroids, snapshot.project_directions) if vectors.size}
    if not is_sound or len(sizes) > 1:
        raise SnapshotError("The snapshot does not fit together: run `spawnwise learn` to publish it again.")


def _replace(path: Path, data: bytes) -> None:
    import tempfile  # not at spawn time, where only reading is done

    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
