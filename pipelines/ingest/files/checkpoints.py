"""The transcripts in a Git repository that Entire's CLI keeps there, found and read without a checkout or a network.

Layout as Entire documents it (docs/architecture/sessions-and-checkpoints.md of its CLI): the branch
`entire/checkpoints/v1` holds `<id[:2]>/<id[2:]>/` for each checkpoint, a ref `refs/entire/checkpoints/<shard>/<id>` one
at its root. In it, `<number>/full.jsonl` (with `.001` and so on where it is long) is the whole transcript of a session
so far, `<number>/metadata.json` names the session, and `tasks/<tool use>/agent-<id>.jsonl` is an agent's own. The
transcripts are those of the orchestrator, and are read as its.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.values import mapping, milliseconds, reference

TRANSCRIPT = re.compile(r"(?:.*/)?(?:full\.jsonl(?:\.\d{3})?|tasks/[^/]+/agent-[^/]+\.jsonl)")
_BRANCH = re.compile(r"refs/(?:heads|remotes/[^/]+)/entire/checkpoints/v1|refs/entire/checkpoints/.+")
_FOUND_IN = ("refs/heads/entire/checkpoints", "refs/remotes", "refs/entire/checkpoints")
_METADATA = "metadata.json"
_TIMEOUT_S = 600
# A repository may come from anybody: nothing that its configuration names is run, and nothing is fetched.
_COMMAND = ("git", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C"}


class _Blob(NamedTuple):
    """A file of a checkpoint."""

    id: str
    size: int
    path: str


@dataclass(frozen=True)
class CheckpointLog(LogFile):
    """A transcript in a repository; its path is no file's, but names the blob, which never changes."""

    repository: Path = Path()
    blob: str = ""

    @contextmanager
    def on_disk(self, known: Mark | None = None) -> Iterator[LogFile]:
        """Yield the transcript as a file of its own, which is gone afterwards; raises `OSError`."""
        with tempfile.TemporaryDirectory(prefix="checkpoint-") as folder:
            path = Path(folder) / self.path.name
            with path.open("wb") as stream:
                _git(self.repository, "cat-file", "blob", self.blob, to=stream)
            yield replace(LogFile(path, self.size, self.modified_ns))


def may_hold_checkpoints(place: Path) -> bool:
    """Tell from its files whether a place may be a repository with checkpoints: of any other, Git need not be asked."""
    git = place / ".git"
    if git.is_file():  # a worktree, whose refs lie elsewhere
        return True
    git = git if git.is_dir() else place
    if not (git / "HEAD").is_file():
        return False
    packed = git / "packed-refs"
    places = ("refs/heads/entire", "refs/entire", "reftable")
    return (
        any((git / name).exists() for name in places)
        or any(git.glob("refs/remotes/*/entire"))
        or (packed.is_file() and b"entire/checkpoints/" in packed.read_bytes())
    )


def checkpoint_logs(repository: Path) -> list[CheckpointLog]:
    """Return the transcripts in a repository, of each session the longest; raises `OSError` where Git fails.

    Each checkpoint holds the session from its beginning.
    """
    longest: dict[tuple[str, str], CheckpointLog] = {}
    for commit in _commits(repository):
        blobs = list(_blobs(repository, commit))
        metadata = _metadata(repository, blobs)
        for blob in filter(lambda blob: TRANSCRIPT.fullmatch(blob.path), blobs):
            folder, _, name = blob.path.rpartition("/")
            told = metadata.get(folder, {})
            session = reference(told.get("session_id")) or (folder if "tasks/" in folder else f"{commit}:{folder}")
            of = session.rpartition("tasks/")[2], name
            created_ns = (milliseconds(told.get("created_at")) or 0) * 1_000_000
            place = repository / ".git" / "entire" / "checkpoints" / blob.id / name
            log = CheckpointLog(place, blob.size, created_ns, repository, blob.id)
            longest[of] = max(longest.get(of, log), log, key=lambda each: (each.size, each.blob))
    return list({log.path: log for log in longest.values()}.values())


def _commits(repository: Path) -> list[str]:
    listed = _git(repository, "for-each-ref", "--format=%(objectname) %(refname)", *_FOUND_IN).decode().splitlines()
    named = (line.split(" ", 1) for line in listed)
    return list(dict.fromkeys(commit for commit, name in named if _BRANCH.fullmatch(name)))


def _blobs(repository: Path, commit: str) -> Iterator[_Blob]:
    for entry in _git(repository, "ls-tree", "-r", "-l", "-z", commit).decode("utf-8", "replace").split("\0"):
        about, _, path = entry.partition("\t")
        match about.split():
            case [_, "blob", blob, size] if size.isdigit():  # one that a partial clone lacks has no size
                yield _Blob(blob, int(size), path)


def _metadata(repository: Path, blobs: Iterable[_Blob]) -> dict[str, Mapping[str, Any]]:
    """Return what each folder of a checkpoint says of its session."""
    folders = {blob.path.rpartition("/")[0]: blob.id for blob in blobs if blob.path.rpartition("/")[2] == _METADATA}
    contents = _contents(repository, list(folders.values()))
    return {folder: _parsed(contents.get(blob, b"")) for folder, blob in folders.items()}


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        return mapping(orjson.loads(content))
    except orjson.JSONDecodeError:
        return {}


def _contents(repository: Path, blobs: list[str]) -> dict[str, bytes]:
    """Return the blobs by their ids."""
    answer = _git(repository, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    contents: dict[str, bytes] = {}
    while answer:
        head, _, answer = answer.partition(b"\n")
        match head.decode().split():
            case [blob, _, size] if size.isdigit():
                contents[blob], answer = answer[: int(size)], answer[int(size) + 1 :]
    return contents


def _git(repository: Path, *arguments: str, given: bytes = b"", to: Any = subprocess.PIPE) -> bytes:
    """Run a command of Git's plumbing that only reads; raises `OSError` where there is no Git, or it fails."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            [*_COMMAND, "-C", str(repository), *arguments],
            input=given,
            stdout=to,
            stderr=subprocess.PIPE,
            env=inherited | _ENVIRONMENT,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        raise OSError(None, "git is not installed") from None
    except subprocess.TimeoutExpired:
        raise OSError(None, "git does not answer") from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise OSError(None, f"git: {reason or done.returncode}")
    return done.stdout or b""
