"""Send what is new in this machine's logs to a bucket: redacted observations, which a server reads like logs."""

import hashlib
import json
import secrets
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zstandard

from pipelines.ingest.facts import Facts
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.files.known_files import stored_path
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.files.mark import Mark
from pipelines.ingest.files.scan import parts
from pipelines.ingest.files.scanned import Scan
from pipelines.ingest.intake import IngestReport
from pipelines.ingest.observations import Reading
from pipelines.ingest.sources.pushed.lines import head_line, observation_line
from pipelines.ingest.unknown import tell_unknown
from pipelines.ingest.values import storable
from pipelines.ingest.who import READING
from pipelines.object_store import address, move
from pipelines.progress import Progress
from pipelines.settings import Settings
from recommender.errors import SpawnwiseError
from recommender.home import private_folder

PARCEL_BYTES = 64 << 20  # of lines, in one object


class PushError(SpawnwiseError):
    """The bucket cannot be written; the message says why. What it has is whole, and the next push sends the rest."""


def push_to(destination: Path, settings: Settings, machine: str, progress: Progress) -> IngestReport:
    """Send what is new to `<destination>/<machine>/`, and return what was read. Raises `PushError`.

    What was sent is noted behind it: what is sent twice, as the note was lost, is the same observations again.
    """
    found = find_logs(settings.logs)
    report = IngestReport(files=len(found.files), warnings=found.warnings)
    parcels = _Parcels(destination, machine, settings)
    unknown: set[LogFile] = set()
    progress.stage("push")
    for log in found.files:
        for scan in parcels.news(log):
            report.files_read += not scan.is_partial and bool(scan.source)
            report.add_lines(scan)
            report.spawns_new += sum("call" in facts or "told" in facts for facts in scan.facts.values())
            unknown |= {log} if scan.is_unknown else set()
            progress.update(report.bytes_read, found.size, "bytes")
    parcels.send()
    told = tell_unknown(found.by_source, unknown)
    report.warnings += told.warnings
    report.notes += told.notes
    return report


class _Parcels:
    """Lines that wait to be sent, by source, and how far each log was read for them."""

    def __init__(self, destination: Path, machine: str, settings: Settings) -> None:
        self._destination, self._machine = destination, machine
        self._note = settings.pushed_folder / f"{hashlib.sha256(address(destination).encode()).hexdigest()[:16]}.json"
        self._sent = _noted(self._note)
        self._lines: defaultdict[tuple[str, str], list[bytes]] = defaultdict(list)
        self._waiting = 0

    def news(self, log: LogFile) -> Iterator[Scan]:
        """Read what is new of a log, and yield each part of it once it waits to be sent."""
        path = stored_path(log, self._machine)
        version, mark = self._sent.get(path, (None, None))
        if version == [log.size, log.modified_ns]:
            return
        for scan in parts(log, Mark(**mark) if mark else None, path, keeps=True):
            if scan.source:
                self._take(scan)
                self._sent[path] = (
                    [scan.log.size, scan.log.modified_ns] if not scan.is_partial else None,
                    asdict(scan.mark),
                )
            yield scan

    def _take(self, scan: Scan) -> None:
        lines = [*map(observation_line, scan.observations or ()), *map(observation_line, _readings(scan.facts))]
        if lines:
            self._lines[scan.source, scan.writer_version] += lines
        self._waiting += sum(map(len, lines))
        if self._waiting >= PARCEL_BYTES:
            self.send()

    def send(self) -> None:
        """Send what waits, an object for each source, and note how far that is; raises `PushError`."""
        try:
            for (source, version), lines in self._lines.items():
                self._send(source, b"".join([head_line(source, version), *lines]))
            self._lines.clear()
            self._waiting = 0
            private_folder(self._note.parent)
            self._note.write_text(json.dumps(self._sent), encoding="utf-8")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise PushError(f"{address(self._destination)} cannot be written: {reason}.") from None

    def _send(self, source: str, content: bytes) -> None:
        """Send an object under a name that no other ever has."""
        folder = storable(self._machine).replace("/", "-").strip(".") or "machine"
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{source}-{secrets.token_hex(4)}.jsonl.zst"
        with tempfile.TemporaryDirectory(prefix="push-") as beside:
            written = Path(beside, name)
            written.write_bytes(zstandard.compress(content))
            move(written, self._destination, f"{folder}/{name}")


def _readings(facts: dict[str, Facts]) -> Iterator[Reading]:
    """Yield whose logs they are, which only this machine knows."""
    for key, each in facts.items():
        if READING in each:
            rank, at_ms, payload = each[READING]
            yield Reading(key, rank, at_ms=at_ms, **payload)


def _noted(note: Path) -> dict[str, Any]:
    """Return how far each log was sent; nothing where the note is missing or damaged."""
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}
