"""`spawnwise doctor`: look at every piece and say what to do."""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pipelines.commands.schedule import installed_schedules, last_lines, log_file
from pipelines.ingest.files.find import find_logs
from pipelines.ingest.health import TIME_REMEDY, read_health, time_warning
from pipelines.ingest.inputs import found_on_this_machine, logs_on_this_machine, remembered_inputs
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, WarehouseError
from pipelines.warehouse.migrate import ensure_pgvector, migration_level
from pipelines.warehouse.roles import reading_roles
from recommender.commands.install import TRUST_CODEX
from recommender.embedding.embedder import EmbeddingError
from recommender.embedding.local import embedder_from_environment
from recommender.home import private_folder
from recommender.hooks.hook import MEANS, MODES
from recommender.hooks.hook_log import trouble_words, troubles
from recommender.hooks.installer import awaits_trust
from recommender.settings import LookupSettings, codex_home, data_home
from recommender.snapshot_file import SnapshotError, read_snapshot
from recommender.terminal import add_json_argument, printable

# Root's Postgres runs as another user, which must be able to walk through the data home.
PRIVATE_MODE = 0o711 if hasattr(os, "geteuid") and os.geteuid() == 0 else 0o700


@dataclass(frozen=True)
class Finding:
    """What one look found; `remedy` is empty where all is well."""

    piece: str
    state: Literal["ok", "warning", "broken"]
    detail: str
    remedy: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    add_json_argument(parser, "print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print all findings; return 1 when a piece is broken."""
    findings = list(examine(Settings()))
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        marks = {"ok": "ok     ", "warning": "warning", "broken": "BROKEN "}
        for finding in findings:
            print(printable(f"{marks[finding.state]}  {finding.piece:<13} {finding.detail}"))
            if finding.remedy:
                print(printable(f"{'':23}-> {finding.remedy}"))
    return int(any(finding.state == "broken" for finding in findings))


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one piece after another; a broken one does not hide the others."""
    looks: list[Callable[[Settings], Finding]] = [
        _python,
        _data_home,
        _warehouse,
        _readers,
        _transcripts,
        _embedder,
        _snapshot,
        _schedule,
        _hook,
    ]
    for look in looks:
        try:
            yield look(settings)
        except Exception as error:
            piece = look.__name__.strip("_").replace("_", " ")
            yield Finding(piece, "broken", f"looking at it failed ({type(error).__name__})", "Please report this.")


def _python(_: Settings) -> Finding:
    packages = ", ".join(f"{name} {version(name)}" for name in ("spawnwise", "dagster", "dbt-core", "pgvector"))
    return Finding("python", "ok", f"{sys.version.split()[0]}; {packages}")


def _data_home(settings: Settings) -> Finding:
    try:
        private_folder(settings.home)
        probe = settings.home / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("data home", "broken", f"{settings.home}: {error.strerror}", "Set SPAWNWISE_HOME elsewhere.")
    open_to = others_rights(settings.home)
    if open_to:
        remedy = f"It holds words of your tasks. Run: chmod {PRIVATE_MODE:o} {shlex.quote(str(settings.home))}"
        return Finding("data home", "warning", f"{settings.home}: other users of this machine may {open_to}", remedy)
    return Finding("data home", "ok", str(settings.home))


def others_rights(folder: Path) -> str:
    """Say what others may do with the data home that they should not; empty where all is well."""
    if sys.platform == "win32":
        return ""  # its rights are not in the mode
    mode = folder.stat().st_mode
    rights = ("list it", 0o044), ("change what is in it", 0o022)
    return " and ".join(words for words, bits in rights if mode & bits)


def _warehouse(settings: Settings) -> Finding:
    kind = "DATABASE_URL" if settings.database_url else "embedded"
    try:
        with Warehouse.open(settings) as warehouse:
            vector = ensure_pgvector(warehouse.dsn)
            level = migration_level(warehouse.dsn)
            health = read_health(warehouse)
    except WarehouseError as error:
        return Finding("warehouse", "broken", kind, str(error))
    detail = f"{kind}; pgvector {vector}; migration {level}; {health.spawns:,} spawns"
    if warning := time_warning(health.spawns_at_impossible_times):
        return Finding("warehouse", "warning", f"{detail}; {warning}", TIME_REMEDY)
    return Finding("warehouse", "ok", detail)


def _readers(settings: Settings) -> Finding:
    try:
        with Warehouse.open(settings) as warehouse:
            roles = reading_roles(warehouse)
    except WarehouseError:
        return Finding("reading roles", "warning", "not looked at, as the warehouse is broken")
    if faults := [role.fault for role in roles if role.fault]:
        remedy = "Have an administrator run what `spawnwise roles --print` prints, then run `spawnwise roles`."
        return Finding("reading roles", "warning", "; ".join(faults), remedy)
    return Finding("reading roles", "ok", ", ".join(role.name for role in roles))


def _transcripts(settings: Settings) -> Finding:
    logs = settings.logs or remembered_inputs(settings).logs
    if not logs:
        is_found, words = bool(logs_on_this_machine()), found_on_this_machine()
        remedy = "Name your logs with --logs or SPAWNWISE_LOGS; until then the sample is learned."
        return Finding("transcripts", "ok", words) if is_found else Finding("transcripts", "warning", words, remedy)
    found = len(find_logs(logs).files)
    places = ", ".join(map(str, logs))
    if not found:
        return Finding("transcripts", "warning", f"none in {places}", "Name other logs with --logs or SPAWNWISE_LOGS.")
    return Finding("transcripts", "ok", f"{found:,} files in {places}")


def _embedder(_: Settings) -> Finding:
    try:
        embedder = embedder_from_environment()
        embedder.embed(["Write unit tests"])
    except EmbeddingError as error:
        return Finding("embedder", "broken", "does not answer", str(error))
    return Finding("embedder", "ok", f"{embedder.name}, {embedder.dimension} dimensions")


def _snapshot(settings: Settings) -> Finding:
    try:
        snapshot = read_snapshot(settings.snapshot_file)
    except SnapshotError as error:
        return Finding("snapshot", "warning", str(error), "Run `spawnwise learn`; until then answers come from tiers.")
    detail = f"version {snapshot.version}, written {snapshot.created_at}"
    if snapshot.is_sample:
        remedy = "Name your logs with --logs or SPAWNWISE_LOGS; until then the hook changes nothing."
        return Finding("snapshot", "warning", f"{detail}, of the bundled sample alone", remedy)
    return Finding("snapshot", "ok", detail)


def _schedule(settings: Settings) -> Finding:
    state = f"at {settings.schedule}" if settings.schedule_enabled else "switched off"
    by_dagster = f"nightly run {state}, while `spawnwise ui` or a dagster-daemon runs"
    kinds = installed_schedules(settings)
    if not kinds:
        return Finding("schedule", "ok", f"{by_dagster}; `spawnwise schedule install` needs neither")
    log = log_file(settings)
    last = last_lines(log, 1)
    ran = f"last in {log}: {last[0]}" if last else f"{log} is empty yet"
    return Finding("schedule", "ok", f"nightly run by {' and '.join(kinds)} at {settings.schedule}; {ran}")


def _hook(_: Settings) -> Finding:
    chosen = LookupSettings.from_environment()
    choices = (("SPAWNWISE_MODE", chosen.mode, MODES), ("SPAWNWISE_ENFORCE_BY", chosen.enforce_by, MEANS))
    wrong = {name: allowed for name, value, allowed in choices if value and value not in allowed}
    if wrong:
        remedy = "; ".join(f"{name} is one of {', '.join(allowed)}" for name, allowed in wrong.items())
        return Finding("hook", "broken", f"{', '.join(wrong)}: no such choice, so no spawn is looked at", remedy)
    mode = f"mode {chosen.mode or 'as installed'}"
    if words := trouble_words(troubles()):
        return Finding("hook", "warning", f"{mode}; {words}", f"{data_home() / 'hook.log'} says when and why.")
    if awaits_trust(codex_home()):
        return Finding("hook", "warning", f"{mode}; Codex does not run it yet", TRUST_CODEX)
    return Finding("hook", "ok", mode)
