"""The line of a transcript that is being read: its session, project and time, and what it told."""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Observation, Sign
from pipelines.ingest.source import LineReader
from pipelines.ingest.sources.claude_code.memory import Memory
from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import identifier, mapping, milliseconds, name, text

_CODED = re.compile(r"[^a-zA-Z0-9]")  # what Claude Code replaces in the path that names a project's folder


class TranscriptLine(LineReader):
    """Where a reader of transcripts stands, for all who read a part of the line."""

    def __init__(self, origin: Origin, memory: dict[str, Any]) -> None:
        super().__init__(origin, memory)
        self.memory = Memory.from_json(memory)
        self.writer_version = self.memory.version
        self.line = 0
        self._folder: object = None
        self.at_ms = 0
        self.trust = 0  # how far the time is to be trusted: 0 the line's own, 1 an earlier line's, 2 the file's
        self.is_loaded = False

    def remembered(self) -> dict[str, Any]:
        """Return the memory as JSON."""
        return self.memory.as_json()

    def load(self, *observations: Observation) -> None:
        """Tell what makes the line one that told of a spawn."""
        self.is_loaded = True
        self.tell(*observations)

    def note_context(self, record: Mapping[str, Any]) -> None:
        """Note the session, the project, the version and the time that the line tells."""
        memory = self.memory
        version, folder = record.get("version"), record.get("cwd")
        # A line that a fork has copied belongs to the session that it was copied from.
        session = mapping(record.get("forkedFrom")).get("sessionId") or record.get("sessionId")
        if session and session != memory.session:
            memory.session = identifier(session) or memory.session
        if version and version != memory.version:
            memory.version = self.writer_version = name(version) or memory.version
        if folder and folder != self._folder:
            self._folder = folder
            memory.project = project_of(text(folder), self.origin.project) or memory.project
        own = milliseconds(record.get("timestamp"))
        if own is not None:
            self.at_ms, self.trust, memory.at_ms = own, 0, own
        elif memory.at_ms is not None:
            self.at_ms, self.trust = memory.at_ms, 1
        else:
            self.at_ms, self.trust = self.origin.modified_ms, 2

    def note(self, key: str, *kinds: str) -> None:
        """Note signals about a spawn or an agent at this line."""
        for kind in kinds:
            self.load(Sign(key, kind, self.at_ms, self.evidence_file(), self.line))

    def evidence_file(self) -> str:
        """Return the transcript's name, which is the session's: it is the same for every copy."""
        return f"{self.memory.session}.jsonl"


def project_of(folder: str, coded: str) -> str:
    """Return the path of the project, redacted: the folder above the working one under which its logs are kept.

    A session may change into a folder of the project; where none above is the coded one, the working folder is taken.
    """
    path = folder.replace("\\", "/").rstrip("/")
    parts = path.split("/")
    above = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return name(redact_stored(next((place for place in above if _CODED.sub("-", place) == coded), path)))
