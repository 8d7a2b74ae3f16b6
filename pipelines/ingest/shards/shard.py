"""A shard: files that one worker reads together, and what came of each."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.ingest.facts import Facts, payload
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.scan import Scan, parts
from pipelines.ingest.join import link
from pipelines.ingest.vectors import TextVectors
from recommender.embedding.embedder import EmbeddingError
from recommender.embedding.local import embedder_from_environment
from recommender.text.task_text import text_hash

SHARD_BYTES = 32 << 20  # a few seconds of work: little is lost with a worker, and the scheduler is asked rarely
SHARD_FILES = 200
SHARD_LEAST, SHARDS = 1 << 20, 32  # of little, shards are as small as this, or so many
UNREAD = "unread"  # in place of a source
POISONED = "stopped the program that read it"


class Task(NamedTuple):
    """A file to read on from where it is known."""

    log: LogFile
    path: str  # as it is stored
    known: Mark | None


@dataclass(frozen=True)
class Shard:
    """Files that are read together; `key` is the same whenever the same contents are to be read."""

    tasks: tuple[Task, ...]

    @property
    def key(self) -> str:
        """Return what names the shard by its files, their versions and where reading goes on."""
        digest = hashlib.blake2b(digest_size=16)
        for log, path, known in self.tasks:
            mark = known or Mark()
            digest.update(
                repr((path, log.size, log.version or log.modified_ns, mark.offset, mark.fingerprint)).encode()
            )
        return f"read-shard-{digest.hexdigest()}"

    def singles(self) -> list["Shard"]:
        """Return a shard for each of the files."""
        return [Shard((task,)) for task in self.tasks]


class Read(NamedTuple):
    """What a worker read: a scan or more for each file, by its place in the shard, and the vectors of new texts."""

    scans: list[tuple[int, Scan]]
    vectors: TextVectors | None


def shards_of(changed: Sequence[tuple[LogFile, str]], known: Mapping[str, Mark]) -> Iterator[Shard]:
    """Yield the files in shards of about equal size, enough of them for many workers to end at about one time."""
    most = min(SHARD_BYTES, max(SHARD_LEAST, sum(log.size for log, _ in changed) // SHARDS))
    tasks: list[Task] = []
    size = 0
    for log, path in changed:
        if tasks and (size + log.size > most or len(tasks) >= SHARD_FILES):
            yield Shard(tuple(tasks))
            tasks, size = [], 0
        tasks.append(Task(log, path, known.get(path)))
        size += log.size
    if tasks:
        yield Shard(tuple(tasks))


def read_shard(shard: Shard) -> Read:
    """Read every file of a shard and embed the texts of its spawns; a file that fails is put into quarantine."""
    scans: list[tuple[int, Scan]] = []
    for number, task in enumerate(shard.tasks):
        try:
            scans += [(number, scan) for scan in parts(task.log, task.known, task.path)]
        except Exception as error:  # whatever a file does to its reader, the other files are read
            scans = [(other, scan) for other, scan in scans if other != number]
            scans.append((number, poisoned(task, type(error).__name__)))
    return Read(scans, _vectors([scan for _, scan in scans]))


def poisoned(task: Task, reason: str = POISONED) -> Scan:
    """Return the scan of a file that cannot be read by any program: a row in quarantine until the file changes."""
    mark = Mark(**vars(task.known)) if task.known else Mark()
    scan = Scan(task.log, UNREAD, mark, start=mark.offset)
    scan.quarantine(b"", reason)
    scan.warnings.append(f"{task.log.shown} {reason}; it is left out until it changes.")
    return scan


def _vectors(scans: Sequence[Scan]) -> TextVectors | None:
    """Embed each distinct text once, as far as the shard alone tells it; the night embeds what is left."""
    told: dict[str, dict[str, Facts]] = defaultdict(dict)
    for scan in scans:
        told[scan.source] |= scan.facts
    texts = {
        text_hash(text): text
        for facts in told.values()
        for spawn in link(facts)
        if (text := payload(spawn.facts, "call").get("task", "")).strip()
    }
    if not texts:
        return None
    try:
        embedder = embedder_from_environment()
        return TextVectors(embedder.name, list(texts), embedder.embed(list(texts.values())))
    except EmbeddingError:
        return None
