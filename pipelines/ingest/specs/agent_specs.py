"""Agent specs -> `learning.agent_specs`, one row per agent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipelines.ingest.specs.spec_files import SpecFile, find_spec_files
from pipelines.ingest.specs.spec_reading import AgentSpec, place_of, read_spec
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql


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


def ingest_specs(warehouse: Warehouse, settings: Settings, folders: Sequence[Path], progress: Progress) -> SpecReport:
    """Bring the agents' specs up to date with the folders, in one transaction.

    Where two files define one agent, the user's own wins, else that of the first folder given. A spec that is gone is
    marked as removed if its folder was read; a folder or file that cannot be read is an error in the report and
    changes nothing.
    """
    progress.stage("Reading agent specs")
    report, specs, unread = SpecReport(), dict[str, AgentSpec](), list[str]()
    read_folders: list[str] = []
    for folder in folders:
        try:
            files = list(find_spec_files(folder))
        except OSError as error:
            place = place_of(folder)
            report.errors.append(f"{place}: cannot be read ({error.strerror}). Check the path and its permissions.")
            continue
        read_folders.append(place_of(folder.resolve()))
        for done, file in enumerate(files, 1):
            _take(file, specs, unread, report)
            progress.update(done, len(files), "specs")
    report.folders_read, report.specs = len(read_folders), len(specs)
    _store(warehouse, list(specs.values()), read_folders, unread, report)
    return report


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


def _store(
    warehouse: Warehouse, specs: list[AgentSpec], folders: list[str], unread: list[str], report: SpecReport
) -> None:
    rows = [asdict(spec) | {"spec_hash": spec.spec_hash, "tools": _listed(spec.tools)} for spec in specs]
    gone = {
        "folders": folders,
        "unread": unread,
        "present": [spec.agent_name for spec in specs],
        "own": [spec.agent_name for spec in specs if not spec.project],
    }
    with warehouse.connect() as connection, connection.cursor() as cursor:
        # First what is gone: a user's own spec makes room for a repository's of that name only then.
        report.removed = cursor.execute(named_sql(__file__, "mark_removed_specs"), gone).rowcount
        for row in rows:
            outcome = cursor.execute(named_sql(__file__, "upsert_agent_spec"), row).fetchone()
            report.added += outcome == ("added",)
            report.changed += outcome == ("changed",)
            report.unchanged += outcome is None


def _listed(tools: tuple[str, ...] | None) -> list[str] | None:
    return None if tools is None else list(tools)
