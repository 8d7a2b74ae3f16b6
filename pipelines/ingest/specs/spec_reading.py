"""Read one agent spec: front matter as Claude Code writes it, or a header such as `> **Model Tier:** Haiku`."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipelines.ingest.specs.spec_files import SpecFile
from pipelines.ingest.stored_redaction import redact_stored
from pipelines.ingest.values import storable
from recommender.models import declared_family

# It makes text, lists and mappings only; libyaml's is ten times as fast, and not in every build of PyYAML.
_TEXTS_ONLY: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_BYTES = 2_000_000  # The longest real spec has 92 kB.
HEADER_CHARACTERS = 3_000

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z][\w-]*)[ \t]*:[ \t]*(.*)")
_HEADER = re.compile(r"^[>\-* \t]*\*\*(Model Tier|Role):?\*\*:?[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_TITLE = re.compile(r"^#[ \t]+(.+)$", re.MULTILINE)
_TITLE_OF_A_DOCUMENT = re.compile(r"\b(?:reference|guide|template|index|overview|changelog|readme|checklist)\W*$", re.I)
_SPEAKS_TO_AN_AGENT = re.compile(r"\byou are\b|\bagent\b|\byour (?:role|job|task)\b", re.IGNORECASE)
_TOOL = re.compile(r"[A-Za-z*][\w*.:-]*(?:\([^)\n]*\))?")
_EVERY_TOOL = {"*", "all"}
# What an agent without a list of tools may use, as far as it matters; a list of forbidden ones takes from these.
_USUAL_TOOLS = ("Bash", "Edit", "Glob", "Grep", "NotebookEdit", "Read", "Task", "WebFetch", "WebSearch", "Write")
_FIELDS_OF_A_COMMAND = {"argument-hint", "allowed-tools"}


@dataclass(frozen=True)
class AgentSpec:
    """An agent as its spec describes it, redacted; `declared_model` is a family, None where the parent's is used.

    `project` is the folder that it works in, empty for the user's own agents; `tools` is None where it may use all.
    """

    agent_name: str
    spec_path: str
    description: str | None
    declared_model: str | None
    spec_text: str
    project: str = ""
    tools: tuple[str, ...] | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def spec_hash(self) -> str:
        """SHA-256 of the stored text."""
        return hashlib.sha256(self.spec_text.encode()).hexdigest()


def read_spec(file: SpecFile) -> AgentSpec | None:
    """Return the spec in a file, None where it holds none.

    Raises `OSError` where it cannot be read, `ValueError` with the remedy where it is too long or empty.
    """
    if file.path.stat().st_size > MAX_BYTES:
        raise ValueError(f"longer than {MAX_BYTES // 1_000_000} MB; move it elsewhere if it is not a spec")
    text = file.path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\x00", "")
    if not text.strip():
        raise ValueError("empty; write the spec or remove the file")
    text = redact_stored(text)
    fields = front_matter(text)
    header = {key.lower(): value.strip() for key, value in reversed(_HEADER.findall(text[:HEADER_CHARACTERS]))}
    if not _is_spec(file, text, fields, header):
        return None
    name, warnings = _name(file, fields, header)
    return AgentSpec(
        agent_name=f"{' '.join(storable(file.plugin).split())}:{name}" if file.plugin else name,
        spec_path=place_of(file.path),
        description=fields.get("description") or header.get("role") or None,
        declared_model=_declared_model(fields.get("model") or header.get("model tier") or ""),
        spec_text=text,
        project=place_of(file.project) if file.project else "",
        tools=_tools(fields),
        warnings=warnings,
    )


def place_of(path: Path) -> str:
    """Return the path of a spec or a folder as it is stored and told, on one line and without secrets."""
    return redact_stored(" ".join(storable(str(path)).splitlines()))


def front_matter(text: str) -> dict[str, str]:
    """Return the fields of a spec's front matter as text; what is no YAML is read line by line."""
    block = _FRONT_MATTER.match(text)
    if not block:
        return {}
    try:
        loaded = yaml.load(block[1], Loader=_TEXTS_ONLY)
    except (yaml.YAMLError, RecursionError, ValueError):
        loaded = None
    if isinstance(loaded, dict):
        texts = {str(key).lower(): _as_text(value) for key, value in loaded.items()}
        known = {key: value for key, value in texts.items() if value is not None}
        return {key: " ".join(storable(value).split()) for key, value in known.items()}  # YAML has escapes of its own
    return _fields_by_line(block[1])


def _as_text(value: object) -> str | None:
    """Return a text, or a list of texts as Claude Code also takes it, with commas; None for what is neither."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else None


def _fields_by_line(block: str) -> dict[str, str]:
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in block.split("\n"):
        if start := _FIELD.match(line):
            current = fields.setdefault(start[1].lower(), [])
            current.append(start[2].strip().removeprefix("|").removeprefix(">"))
        elif line[:1] in (" ", "\t"):
            current.append(line.strip())
    return {key: _unquoted(" ".join(filter(None, lines))) for key, lines in fields.items()}


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def _is_spec(file: SpecFile, text: str, fields: dict[str, str], header: dict[str, str]) -> bool:
    if fields:
        return file.is_certain or ("description" in fields and not _FIELDS_OF_A_COMMAND & fields.keys())
    if "model tier" in header:
        return True
    title = _TITLE.search(text[:HEADER_CHARACTERS])
    if title and _TITLE_OF_A_DOCUMENT.search(title[1]):
        return False
    return file.is_certain or _SPEAKS_TO_AN_AGENT.search(text[:HEADER_CHARACTERS]) is not None


def _name(file: SpecFile, fields: dict[str, str], header: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    if name := fields.get("name", "").strip():
        return name, ()
    stem = redact_stored(" ".join(storable(file.path.stem).split()))
    if header and not fields:
        return stem, ()
    return stem, (f"{place_of(file.path)}: no name; its file's name stands in. Add `name:` to its front matter.",)


def _declared_model(declared: str) -> str | None:
    words = declared.split()
    return declared_family(words[0]) if words else None


def _tools(fields: dict[str, str]) -> tuple[str, ...] | None:
    """Return the tools that an agent may use, None where it may use all; an empty field allows none."""
    allowed = _TOOL.findall(fields["tools"]) if "tools" in fields else None
    if allowed is not None and _EVERY_TOOL & {name.lower() for name in allowed}:
        allowed = None
    forbidden = {name.partition("(")[0] for name in _TOOL.findall(fields.get("disallowedtools", ""))}
    if not forbidden:
        return None if allowed is None else tuple(allowed)
    names = _USUAL_TOOLS if allowed is None else allowed
    return tuple(name for name in names if name.partition("(")[0] not in forbidden)
