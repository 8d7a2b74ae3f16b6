"""Logs in object storage: listed, and brought to disk one by one, only what is new of those that grew."""

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pipelines.ingest.files.log_file import LogFile, Origin
from pipelines.ingest.files.log_names import FULL_TRANSCRIPT, SHORT_TRANSCRIPT, is_log
from pipelines.ingest.files.mark import PRINT_BYTES, Mark, fingerprint
from pipelines.ingest.files.recognize import source_of
from pipelines.object_store import BucketError, Place, opened
from recommender.commands.registry import MissingExtraError

HEAD_BYTES = 256 << 10  # of an object that grew: enough to know again whose log it is
_NOWHERE = Place("", "", "")
_MAX_PART = 200  # bytes of a name on this machine, where a key may have a thousand


@dataclass(frozen=True)
class BucketLog(LogFile):
    """An object that is a log; `etag` changes with its content."""

    place: Place = _NOWHERE
    etag: str = ""

    @property
    def version(self) -> str:
        """Return what tells its contents apart."""
        return self.etag

    @contextmanager
    def on_disk(self, known: Mark | None = None) -> Iterator[LogFile]:
        """Yield the object as a file: whole, or with a hole in place of what was read before.

        Raises `BucketError`.
        """
        with tempfile.TemporaryDirectory(prefix="bucket-") as folder:
            path = Path(folder, *map(_safe, PurePosixPath(self.place.key).parts))
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w+b") as file:
                if not self._continues(path, file, known):
                    file.truncate(0)
                    file.seek(0)
                    self._copy(file)
            yield _Fetched(path, self.size, self.modified_ns, self)

    def _continues(self, path: Path, file: IO[bytes], known: Mark | None) -> bool:
        """Fetch the beginning and what is new; tell whether the object goes on from what was read before."""
        if known is None or not known.fingerprint or not HEAD_BYTES + PRINT_BYTES < known.offset < self.size:
            return False
        from obstore.exceptions import PreconditionError

        try:
            file.write(self._range(0, HEAD_BYTES))
            file.flush()
            if source_of(path) is None:
                return False
            start = known.offset - PRINT_BYTES
            file.seek(start)
            file.write(self._range(start, self.size))
        except PreconditionError:  # it was replaced since it was listed
            return False
        file.flush()
        return fingerprint(file, known.offset) == known.fingerprint

    def _range(self, start: int, end: int) -> Any:
        with opened(self.place) as store:
            return store.get(self.place.key, options={"range": (start, end), "if_match": self.etag}).bytes()

    def _copy(self, file: IO[bytes]) -> None:
        with opened(self.place) as store:
            for block in store.get(self.place.key):
                file.write(block)


@dataclass(frozen=True)
class _Fetched(LogFile):
    """An object's copy on this machine, which still says where the object lies."""

    log: BucketLog

    def origin(self, stored_path: str = "") -> Origin:
        """Return what the object's place says, and where its copy is."""
        return replace(self.log.origin(stored_path), path=self.path)

    @property
    def shown(self) -> str:
        """Return the object's address."""
        return self.log.shown


def bucket_logs(place: Place, warnings: list[str]) -> list[BucketLog]:
    """Return the logs under a prefix or a glob, or the one object of that name; of a Claude home only its transcripts.

    Where the bucket cannot be had, it is a warning that says why.
    """
    try:
        with opened(place) as store:
            objects = list(_listed(store, place))
    except BucketError as error:
        warnings.append(f"{place.address} cannot be read: {error.strerror}.")
        return []
    except MissingExtraError as error:
        warnings.append(str(error))
        return []
    home = f"{place.key}/projects/".lstrip("/")
    in_home = [each for each in objects if each["path"].startswith(home)]
    full = {each["path"].rpartition("/")[0] for each in objects if each["path"].endswith(f"/{FULL_TRANSCRIPT}")}
    logs = [
        _log(place, each) for each in in_home or objects if each["path"] == place.key or is_log(_name(each["path"]))
    ]
    return [log for log in logs if log.path.name != SHORT_TRANSCRIPT or log.place.key.rpartition("/")[0] not in full]


def _listed(store: Any, place: Place) -> Iterator[dict[str, Any]]:
    parts = place.key.split("/")
    plain = next((at for at, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    prefix = "/".join(parts[:plain])
    found = (each for page in store.list(prefix=prefix or None) for each in page)
    if plain < len(parts):
        yield from (each for each in found if fnmatchcase(each["path"], place.key))
        return
    is_empty = True
    for each in found:
        is_empty = False
        yield each
    if is_empty and prefix:
        try:
            yield store.head(prefix)
        except FileNotFoundError:
            return


def _log(place: Place, listed: dict[str, Any]) -> BucketLog:
    own = place._replace(key=listed["path"])
    modified_ns = int(listed["last_modified"].timestamp() * 1_000_000) * 1_000
    etag = listed["e_tag"] or f"{modified_ns}"
    return BucketLog(Path(f"{own.scheme}:/{own.bucket}", own.key), listed["size"], modified_ns, own, etag)


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _safe(part: str) -> str:
    """Return a part of a key as a name on this machine, its end kept, which tells what it is."""
    name = part.replace("\0", "_").encode()[-_MAX_PART:].decode("utf-8", "ignore")
    return "_" if name in {".", "..", "/"} else name
