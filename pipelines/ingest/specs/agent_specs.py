"""Agent specs -> `learning.agent_specs`, one row per agent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pipelines.ingest.specs.spec_files import SpecFile, find_spec_files
from pipelines.ingest.specs.spec_reading import AgentSpec, place_of, read_spec
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql

Connection = psycopg.Connection[Any]


@dataclass
class SpecReport:
    """What became of the specs: counts, and messages for a person."""

    folders_read: int = 0
    files_found: int = 0
    specs: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    not_specs: int = 0
    collisions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_news(self) -> bool:
        """Whether an agent came, changed or went."""
        return bool(self.added or self.changed or self.removed)


@dataclass
class _Read:
    """What stands in the folders that could be read: the spec of each agent, and the files that could not."""

    report: SpecReport = field(default_factory=SpecReport)
    specs: dict[str, AgentSpec] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def ingest_specs(warehouse: Warehouse, settings: Settings, folders: Sequence[Path], progress: Progress) -> SpecReport:
    """Bring the agents' specs up to date with the folders, in one transaction.

    Where two files define one agent, the user's own wins, else that of the first folder given. A spec that is gone is
    marked as removed if its folder was read; a folder or file that cannot be read is an error in the report and
    changes nothing.
    """
    progress.stage("Reading agent specs")
    read = _read(folders, progress)
    with warehouse.connect() as connection:
        _store(connection, read)
    return read.report


def specs_differ(warehouse: Warehouse, folders: Sequence[Path]) -> SpecReport:
    """Return what `ingest_specs` would report, and change nothing."""
    read = _read(folders, SilentProgress())
    with warehouse.connect() as connection:
        _store(connection, read)
        connection.rollback()
    return read.report


def _read(folders: Sequence[Path], progress: Progress) -> _Read:
    read = _Read()
    for folder in folders:
        try:
            files = list(find_spec_files(folder))
        except OSError as error:
            place = place_of(folder)
            message = f"{place}: cannot be read ({error.strerror}). Check the path and its permissions."
            read.report.errors.append(message)
            continue
        read.folders.append(place_of(folder.resolve()))
        for done, file in enumerate(files, 1):
            _take(file, read.specs, read.unread, read.report)
            progress.update(done, len(files), "specs")
    read.report.folders_read, read.report.specs = len(read.folders), len(read.specs)
    return read


def _take(file: SpecFile, specs: dict[str, AgentSpec], unread: list[str], report: SpecReport) -> None:
    report.files_found += 1
    try:
        spec = read_spec(file)
    except (OSError, ValueError) as error:
        reason = f"{error.strerror}; check its permissions" if isinstance(error, OSError) else error
        place = place_of(file.path)
        report.errors.append(f"{place}: not read: {reason}.")
        unread.append(place)
        return
    if spec is None:
        report.not_specs += 1
        return
    other = specs.setdefault(spec.agent_name, spec)
    if other.spec_path == spec.spec_path:
        report.warnings += spec.warnings if other is spec else ()
        return
    kept, left_out = (spec, other) if other.project and not spec.project else (other, spec)
    specs[spec.agent_name] = kept
    if kept.spec_hash != left_out.spec_hash:
        report.collisions.append(f"{spec.agent_name}: {kept.spec_path} is used, {left_out.spec_path} is not.")


def _store(connection: Connection, read: _Read) -> None:
    specs, report = list(read.specs.values()), read.report
    rows = [asdict(spec) | {"spec_hash": spec.spec_hash, "tools": _listed(spec.tools)} for spec in specs]
    gone = {
        "folders": read.folders,
        "unread": read.unread,
        "present": [spec.agent_name for spec in specs],
        "own": [spec.agent_name for spec in specs if not spec.project],
    }
    with connection.cursor() as cursor:
        # First what is gone: a user's own spec makes room for a repository's of that name only then.
        report.removed = cursor.execute(named_sql(__file__, "mark_removed_specs"), gone).rowcount
        for row in rows:
            outcome = cursor.execute(named_sql(__file__, "upsert_agent_spec"), row).fetchone()
            report.added += outcome == ("added",)
            report.changed += outcome == ("changed",)
            report.unchanged += outcome is None


def _listed(tools: tuple[str, ...] | None) -> list[str] | None:
    return None if tools is None else list(tools)
