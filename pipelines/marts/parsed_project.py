"""The dbt project as dbt has parsed it: once for a version, whatever database and settings it then runs with."""

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dbt.version
import fasteners

from pipelines.ingest.values import CLOCK_SKEW, FIRST_POSSIBLE_DAY
from pipelines.marts.invoke_dbt import PROJECT_FOLDER, invoke_dbt
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PARSED = "partial_parse.msgpack"  # dbt's own name


def prepared_manifest(settings: Settings) -> Path:
    """Return dbt's manifest of the project, parsed again only where the project or dbt has changed.

    It lies in the data folder: an installed project may be read-only, and its files' times say nothing.
    """
    folder = settings.dbt_folder / "definitions"
    folder.mkdir(parents=True, exist_ok=True)
    manifest, stamp = folder / "manifest.json", folder / "parsed_from"
    parsed_from = f"{PROJECT_FOLDER} {project_digest()}"  # seeds are read from where the project was parsed
    with fasteners.InterProcessLock(str(folder / "lock")):
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != parsed_from:
            stamp.unlink(missing_ok=True)
            # From nothing: dbt trips over some of what it parsed of another version.
            invoke_dbt(["parse", "--no-partial-parse"], folder)
            stamp.write_text(parsed_from, encoding="utf-8")
    return manifest


def parsed_project(settings: Settings, database: str) -> "Manifest":
    """Return the project as it was parsed, for a run on the database of this name; one at a time may use it.

    dbt would parse it again, in several seconds, for every host, port, user, database and variable. Of these, only the
    name of the database is in what it parses.
    """
    path = prepared_manifest(settings).with_name(PARSED)
    return _loaded(path, path.stat().st_mtime_ns, database)


@lru_cache(maxsize=1)
def _loaded(path: Path, changed_ns: int, database: str) -> "Manifest":
    """Return a parsed project, which all phases of a night share."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        node.database = database
    manifest.build_flat_graph()
    return manifest


def dbt_variables(settings: Settings) -> dict[str, Any]:
    """Return the project's variables as the user's settings and the reading of logs have them.

    `built_by` is a digest of these and of the project: tables that were built by another are built whole.
    """
    variables = {
        "pseudonyms": settings.pseudonyms,
        "window_days": settings.window_days,
        "windows": list(settings.windows),
        "overloaded_min_tasks": settings.overloaded_min_tasks,
        "overloaded_max_success": settings.overloaded_max_success,
        "gap_quantile": settings.gap_quantile,
        "model_weights": settings.model_weights,
        "first_possible_day": FIRST_POSSIBLE_DAY.isoformat(),
        "clock_skew_days": CLOCK_SKEW.days,
    }
    made_by = project_digest() + json.dumps(variables, sort_keys=True)
    return variables | {"built_by": hashlib.sha256(made_by.encode()).hexdigest()}


@cache
def project_digest() -> str:
    """Return a digest of dbt and of all that it makes the models from."""
    digest = hashlib.sha256(dbt.version.__version__.encode())
    for path in sorted(PROJECT_FOLDER.rglob("*")):
        if path.suffix in {".yml", ".sql", ".csv"} and "target" not in path.parts:
            digest.update(path.relative_to(PROJECT_FOLDER).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
