"""A snapshot as one file: checksummed, replaced whole."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recommender.errors import SpawnwiseError
from recommender.home import private_folder, replace_file
from recommender.snapshot import Snapshot, from_tensors

FORMAT = "3"
_NO_DIGEST = "0" * 64


class SnapshotError(SpawnwiseError):
    """A snapshot cannot be read or written; the message says why and what to do."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot at `path` in one step, readable by its owner only; raise `SnapshotError`."""
    _require_sound(snapshot)
    try:
        data = save(snapshot.tensors(), _metadata(snapshot.created_at, snapshot.version))
        data = data.replace(_NO_DIGEST.encode(), hashlib.sha256(data).hexdigest().encode(), 1)
        private_folder(path.parent)
        replace_file(path, data)
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
        snapshot = from_tensors(load(data), datetime.fromisoformat(metadata["created_at"]))
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
