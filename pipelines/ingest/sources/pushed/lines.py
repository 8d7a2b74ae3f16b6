"""Observations as lines of JSON, and back: a head that names the source, then one line for each."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from pipelines.ingest.facts import main_key, place_of
from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.observations import Observation, Told
from pipelines.ingest.source import LineReader, RefusedError
from pipelines.ingest.sources.pushed import KIND
from pipelines.ingest.spawn_record import SpawnRecord
from pipelines.ingest.stored_redaction import redact_forms, redact_further, redact_stored
from pipelines.ingest.values import LATEST_MS, MAX_COUNT, MAX_INTEGER, identifier, name, storable
from recommender.text.task_text import task_text

HEAD = "head"
VERSION = 1
# Characters of a text; of a task as many as in the record format.
_TEXTS = {"task": 10_000_000, "title": 300, "error": 500}
# Neither a name nor a text: ids, of which secrets of a known form alone are taken out.
_IDS = {"key", "member", "resumes", "agent_id", "prompt_key", "message", "id", "parent"}
_RECORDS_IDS = {"id", "session_id", "parent_id", "call_id", "decision_id"}
_PATH = 1_000  # characters
_MOST = {"at_ms": LATEST_MS, "line": MAX_INTEGER, "tool_uses": MAX_INTEGER, "spawn_depth": MAX_INTEGER}
_RANKS = {"rank", "asked_rank", "version"}
MOST_RANK = 2**62


class _ToldApart(NamedTuple):
    """`Told` without its record."""

    key: str
    file: str
    line: int
    version: int
    rank: int = 0
    asked_rank: int = 0
    parent: str = ""
    model_seen: Literal["observed", "recorded"] = "observed"
    is_whole: bool = False
    reported_tokens: int | None = None


def head_line(source: str, writer_version: str) -> bytes:
    """Return the first line of what is sent."""
    fields = {KIND: HEAD, "source": source, "version": VERSION, "writer_version": writer_version}
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def observation_line(observation: Observation) -> bytes:
    """Return an observation as a line."""
    fields = {KIND: type(observation).__name__, **observation._asdict()}
    if isinstance(observation, Told):
        fields["record"] = _redacted(observation.record)
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _redacted(record: SpawnRecord) -> dict[str, Any]:
    """Return a whole spawn's record without secrets, which others lose as they become observations."""
    fields = record.model_dump(mode="json", exclude_none=True)
    return {field: _redacted_value(field, value) for field, value in fields.items()}


def _redacted_value(field: str, value: Any) -> Any:
    if isinstance(value, list):
        return [name(each) for each in value]
    if not isinstance(value, str):
        return value
    if field in _RECORDS_IDS:
        return identifier(value)
    if field == "task":
        return redact_further(task_text(value))
    return redact_stored(value)


class PushedReader(LineReader):
    """Takes each line for one observation of the source that the head names; trusts none of it."""

    def __init__(self, origin: Origin, memory: dict[str, Any]) -> None:
        super().__init__(origin, memory)
        self.of_source = memory.get("source", "")

    def remembered(self) -> dict[str, Any]:
        """Return whose observations they are."""
        return {"source": self.of_source}

    def read(self, line: int, record: Mapping[str, Any]) -> bool:
        """Take one line; raises `RefusedError` for one of another form, without quoting it."""
        if record.get(KIND) == HEAD:
            self._begin(record)
            return False
        if not self.of_source:
            raise RefusedError("no head before it that says of which source it is")
        observation = observation_of(record)
        self.tell(observation)
        return True

    def _begin(self, record: Mapping[str, Any]) -> None:
        from pipelines.ingest.sources import source_named

        source = source_named(str(record.get("source")))
        if source is None or source.name == "pushed" or record.get("version") != VERSION:
            raise RefusedError("of a source or a version that is not known here: update Spawnwise")
        self.of_source, self.writer_version = source.name, name(record.get("writer_version"))


def observation_of(record: Mapping[str, Any]) -> Observation:
    """Return the observation of a line, redacted. Raises `RefusedError`."""
    kind = str(record.get(KIND))
    fields = {field: value for field, value in record.items() if field != KIND}
    try:
        if kind == Told.__name__:
            told = SpawnRecord.model_validate(fields.pop("record", None))
            apart = TypeAdapter(_ToldApart).validate_python(fields)
            return Told(record=told, **dict(_cleaned(apart)))
        adapter = _adapters().get(kind)
        if adapter is None:
            raise RefusedError("of a kind that is not known here: update Spawnwise")
        observation = adapter.validate_python(fields)
        cleaned: Observation = type(observation)(**dict(_cleaned(observation)))
        return cleaned
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors()[:5]]
        raise RefusedError("no observation: " + redact_stored(", ".join(wrong))[:200]) from None


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    kinds = (kind for kind in get_args(Observation) if kind is not Told)
    return {kind.__name__: TypeAdapter(kind) for kind in kinds}


def _cleaned(observation: Any) -> Iterator[tuple[str, Any]]:
    for field, value in observation._asdict().items():
        yield field, _clean(field, value)


def _clean(field: str, value: Any) -> Any:
    if isinstance(value, str):
        return _clean_text(field, storable(value))
    if isinstance(value, dict):  # what is seen of a message: digests and their tokens
        return {identifier(storable(key)): _clean("", number) for key, number in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        least, most = (-MOST_RANK, MOST_RANK) if field in _RANKS else (0, _MOST.get(field, MAX_COUNT))
        if not least <= value <= most:
            raise RefusedError(f"{field}: out of range")
    return value


def _clean_text(field: str, value: str) -> str:
    if field == "key":
        return _clean_key(value)
    if field in _IDS:
        return " ".join(map(identifier, value.split(" ")))  # a message's may be of two
    if field == "file":
        return redact_forms(value[:_PATH])
    return redact_stored(value[: _TEXTS[field]]) if field in _TEXTS else name(value)


def _clean_key(value: str) -> str:
    if place := place_of(value):
        return main_key(identifier(place.session), name(place.project))
    parts = value.split(":", 2) if value.startswith("agent:") else [value]
    key = ":".join(map(identifier, parts))
    if not key:
        raise RefusedError("key: blank")
    return key
