"""What a person may choose of the lookup: the one place here that reads the environment.

A value that cannot be used counts as unset: a lookup never fails for a setting. `spawnwise doctor` and the nightly run
say which is wrong.
"""

import os
import sys
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

PREFIX = "SPAWNWISE_"
_TRUE = ("1", "true", "yes", "on")


@dataclass(frozen=True)
class LookupSettings:
    """The settings that a lookup shares with the nightly run; each is `SPAWNWISE_<NAME>` in the environment."""

    embedder: str = "local"
    embedding_model: str = "text-embedding-3-small"
    failure_cost: float = 10.0
    success_floor: float = 0.5
    required_probability: float = 0.8
    minimum_evidence: float = 3.0
    exploration_share: float = 0.0
    candidate_models: tuple[str, ...] = ()
    protected_agents: tuple[str, ...] = ()
    pinned_agents: tuple[str, ...] = ()
    trials: str = "propose"
    default_model: str = "sonnet"
    deadline_ms: float = 250.0
    mode: str = ""  # of the hook; empty as installed
    enforce_by: str = ""

    @property
    def model_weights(self) -> str:
        """What the nightly run weighs costs by; here it only matters whether it does."""
        return os.environ.get(f"{PREFIX}MODEL_WEIGHTS", "").strip()

    @classmethod
    def from_environment(cls) -> "LookupSettings":
        """Read the environment as it is now."""
        return _of(tuple(map(os.environ.get, _variables())))


@cache
def _variables() -> tuple[str, ...]:
    return tuple(f"{PREFIX}{field.name.upper()}" for field in fields(LookupSettings))


@lru_cache(maxsize=8)
def _of(texts: tuple[str | None, ...]) -> LookupSettings:
    """Return the settings of the variables' values; every lookup asks, and they hardly ever change."""
    given = {field.name: _value(text, field) for text, field in zip(texts, fields(LookupSettings), strict=True)}
    return LookupSettings(**{name: value for name, value in given.items() if value is not None})


def patient(deadline_ms: int = 1_000) -> None:
    """Give this process's lookups more time, unless their deadline is set.

    Who starts a process waits for its imports anyway: on a busy machine they alone may take longer than the default.
    A lookup needs no threads for its algebra either, and a machine with many cores would start one for each.
    """
    os.environ.setdefault(f"{PREFIX}DEADLINE_MS", str(deadline_ms))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def database_url() -> str | None:
    """Return `DATABASE_URL`, None where it is unset: the embedded server and the snapshot file serve then."""
    return os.environ.get("DATABASE_URL") or None


def data_home() -> Path:
    """Return the folder that holds all data: `SPAWNWISE_HOME`, else the platform's place for user data.

    For root it is outside the home folder: the embedded Postgres runs as a system user and would have to open
    every parent folder of its data to all.
    """
    chosen = os.environ.get("SPAWNWISE_HOME")
    if chosen:
        return _expanded(chosen).absolute()
    if sys.platform == "win32":
        return _expanded(os.environ.get("LOCALAPPDATA", "~/AppData/Local")) / "spawnwise"
    if os.geteuid() == 0:
        return Path("/var/lib/spawnwise")
    if sys.platform == "darwin":
        return _expanded("~/Library/Application Support/spawnwise")
    return _expanded(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "spawnwise"


def use_data_home(folder: str) -> None:
    """Have this process use a data folder: a hook is told it by its command."""
    os.environ[f"{PREFIX}HOME"] = folder


def chosen_data_home() -> Path | None:
    """Return the data folder where a variable chooses it, which other programs may not be given; else None."""
    return data_home() if os.environ.get("SPAWNWISE_HOME") or os.environ.get("XDG_DATA_HOME") else None


def codex_home() -> Path:
    """Return Codex's home: `CODEX_HOME`, else `~/.codex`."""
    return _expanded(os.environ.get("CODEX_HOME") or "~/.codex")


def opencode_home() -> Path:
    """Return the folder of opencode's global configuration."""
    return _expanded(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / "opencode"


def reading_user() -> str:
    """Return `SPAWNWISE_USER`: whose spawns logs hold that do not say it, empty where it is unset."""
    return os.environ.get("SPAWNWISE_USER", "").strip()


def reading_host() -> str:
    """Return `SPAWNWISE_HOST`, the machine that logs come from which do not say it: else the one that this runs on."""
    if sys.platform == "win32":
        own = os.environ.get("COMPUTERNAME", "")
    else:
        own = os.uname().nodename
    return os.environ.get("SPAWNWISE_HOST", "").strip() or own


def claude_home() -> Path:
    """Return Claude Code's home: `CLAUDE_CONFIG_DIR`, else `~/.claude`."""
    return _expanded(claude_config_dir() or "~/.claude")


def claude_config_dir() -> str | None:
    """Return `CLAUDE_CONFIG_DIR`."""
    return os.environ.get("CLAUDE_CONFIG_DIR")


def claude_subagent_model() -> str:
    """Return `CLAUDE_CODE_SUBAGENT_MODEL`: the model of spawns that name none, empty where it is unset."""
    return os.environ.get("CLAUDE_CODE_SUBAGENT_MODEL", "").strip()


def claude_subagent_effort() -> str:
    """Return `CLAUDE_CODE_SUBAGENT_EFFORT`: the effort of spawns that name none, empty where it is unset."""
    return os.environ.get("CLAUDE_CODE_SUBAGENT_EFFORT", "").strip()


def claude_forced_effort() -> str:
    """Return `CLAUDE_CODE_EFFORT_LEVEL`: the effort of all that runs, whatever a call says; empty where it is unset."""
    return os.environ.get("CLAUDE_CODE_EFFORT_LEVEL", "").strip()


def is_subagent_model_forced() -> bool:
    """Tell whether the environment overrides the model of every spawn, advice included."""
    return os.environ.get("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", "").strip().lower() in _TRUE


def openai_key() -> str | None:
    """Return `OPENAI_API_KEY`; a placeholder where another server is named, which may need none."""
    return os.environ.get("OPENAI_API_KEY") or ("not-needed" if os.environ.get("OPENAI_BASE_URL") else None)


def _value(text: str | None, field: Any) -> Any:
    """Return a variable's value in the type of the field's default, None where it cannot be used."""
    if text is None:
        return None
    if isinstance(field.default, tuple):
        return tuple(name.strip() for name in text.split(",") if name.strip())
    if isinstance(field.default, str):
        return text.strip() or None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") and (number or field.name != "deadline_ms") else None


def _expanded(path: str) -> Path:
    """Put a home folder in place of `~`; a user that has none finds nothing and keeps nothing."""
    expanded = os.path.expanduser(path)  # noqa: PTH111  # Path's own raises for such a user
    return Path("/nonexistent", expanded.lstrip("~")) if expanded.startswith("~") else Path(expanded)
