"""Whether what a person names exists: the task that feedback is about, the model of a record."""

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from recommender.commands.registry import imported
from recommender.errors import SpawnwiseError
from recommender.home import snapshot_file
from recommender.journal.notes import MAX_NAME, journal_files
from recommender.models import CLAUDE_FAMILIES, is_of_known_vendor, model_family, model_version
from recommender.settings import LookupSettings, claude_home, data_home, database_url
from recommender.text.redaction import redact, redact_id

LOG_BYTES = 1 << 30  # of the newest logs that are searched for a tool call
_SPAWN_TOOLS = ("Task", "Agent")
_IDS = ("record_id", "decision_id", "tool_use_id")
_UNCHECKED = "It could not be checked whether {id} is known: {why}. It is noted all the same."


class UnknownNameError(SpawnwiseError, LookupError):
    """Nothing here knows a task or a model by this name."""


def check_task(target: str) -> str:
    """Raise `UnknownNameError` where nothing here knows the id; return what to say where that could not be checked.

    Looks at the nearest first: the journal, the warehouse where there is one, the Claude home's newest logs, as a
    spawn may be judged before the night has read it.
    """
    stored = redact_id(target)
    if stored and _is_in_journal(stored):
        return ""
    is_known, unchecked = _is_in_warehouse(stored)
    if is_known or (stored and _is_in_logs(stored)):
        return ""
    if unchecked:
        return _UNCHECKED.format(id=redact(target), why=unchecked)
    raise UnknownNameError(
        f"No task has the id {redact(target) or repr(target)}: it is in no decision, record, or log that was read. "
        "Nothing is noted. If its log is new, run `spawnwise ingest` first."
    )


def check_model(model: str) -> None:
    """Raise `UnknownNameError`, naming near ones, where neither a price list nor earlier work knows the model."""
    family, version = model_family(model), model_version(model)
    if not 0 < len(model.strip()) <= MAX_NAME or family in CLAUDE_FAMILIES:  # those are refused elsewhere
        return
    known = {name.lower() for name in (*CLAUDE_FAMILIES, *_learned_models(), *_candidates())}
    names = {model.strip().lower(), family, *([version] if version else [])}
    if names & known:
        return
    priced = _priced_models()
    is_listed = bool(names & {name.rpartition("/")[2] for name in priced}) or _is_priced(names)
    if is_listed or (not priced and is_of_known_vendor(model)):
        return
    near = difflib.get_close_matches(model.strip().lower(), sorted(known | priced), n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownNameError(
        f"No price list and no earlier work knows the model {redact(model)!r}.{hint} "
        "Nothing is recorded. If the name is right, run `spawnwise record` with --new-model."
    )


def _is_in_journal(target: str) -> bool:
    quoted = json.dumps(target).encode()
    for path in journal_files():
        for line in path.read_bytes().splitlines():
            if quoted in line:
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if event.get("kind") in ("record", "decision") and target in map(event.get, _IDS):
                    return True
    return False


def _is_in_warehouse(target: str) -> tuple[bool, str]:
    """Tell whether the warehouse knows the id, and why that could not be found out. None is made for the question."""
    if not database_url() and not (data_home() / "postgres").exists():
        return False, ""
    try:
        return imported("pipelines.journal.load", "the warehouse", "learn").knows_task(target), ""
    except SpawnwiseError as error:
        return False, str(error).rstrip(".")


def _is_in_logs(target: str) -> bool:
    """Tell whether one of the Claude home's newest logs holds a spawn by this id."""
    quoted, left = f'"{target}"'.encode(), LOG_BYTES
    for path in sorted(_logs(), key=lambda path: -path.stat().st_mtime):
        try:
            with path.open("rb") as log:
                if any(quoted in line and _spawns(line, target) for line in log):
                    return True
            left -= path.stat().st_size
        except OSError:
            continue
        if left < 0:
            return False
    return False


def _logs() -> Iterator[Path]:
    return (path for path in claude_home().glob("projects/**/*.jsonl") if path.is_file())


def _spawns(line: bytes, target: str) -> bool:
    try:
        blocks = json.loads(line)["message"]["content"]
        return any(block.get("id") == target and block.get("name") in _SPAWN_TOOLS for block in blocks)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _learned_models() -> Iterable[str]:
    from recommender.snapshot_file import SnapshotError, read_snapshot

    try:
        snapshot = read_snapshot(snapshot_file())
    except (OSError, SnapshotError):
        return ()
    return {
        *(row.model for row in snapshot.evidence),
        *(row.model for row in snapshot.best),
        *(tier.model for tier in snapshot.tiers),
    }


def _candidates() -> Iterable[str]:
    settings = LookupSettings.from_environment()
    return (*settings.candidate_models, settings.default_model)


def _priced_models() -> set[str]:
    """Return all names of the price list; none where it is not installed."""
    return {model.id.lower() for provider in _sellers() for model in provider.models}


def _is_priced(names: Iterable[str]) -> bool:
    return any(provider.find_model(name) for provider in _sellers() for name in names)


def _sellers() -> Sequence[Any]:
    """Return the sellers of the price list; none where it is not installed."""
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return ()
    return list(get_snapshot().providers)
