"""A message of an agent's model in opencode's database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipelines.ingest.observations import Message
from pipelines.ingest.sources.opencode.database import Database, data_of
from pipelines.ingest.values import count, identifier, mapping, milliseconds, name, text


class Reply(NamedTuple):
    """One message of the agent's model."""

    id: str
    created_ms: int
    updated_ms: int
    data: Mapping[str, Any]

    @property
    def model(self) -> str:
        """The model that was asked, as its provider calls it."""
        return text(self.data.get("modelID"))

    @property
    def completed_ms(self) -> int | None:
        """When it was whole; None while it streams, and where it was cut off."""
        return milliseconds(mapping(self.data.get("time")).get("completed"))

    @property
    def error(self) -> Mapping[str, Any]:
        """What went wrong; empty where nothing did."""
        return mapping(self.data.get("error"))

    def as_message(self, key: str) -> Message | None:
        """Return its tokens; None where the model has said nothing yet, or never did."""
        told = mapping(self.data.get("tokens"))
        cache = mapping(told.get("cache"))
        read, written = count(cache.get("read")) or 0, count(cache.get("write")) or 0
        used = count(told.get("input")) or 0
        output = (count(told.get("output")) or 0) + (count(told.get("reasoning")) or 0)
        if not self.model or not (output or used or read or written):
            return None
        total = count(told.get("total"))
        if total is not None and total == used + read + written + (count(told.get("output")) or 0):
            output = total - used - read - written  # what was thought is among what was put out
        is_final = int(self.completed_ms is not None)
        model = name(self.model)
        return Message(key, identifier(self.id), is_final, output, self.created_ms, model, used, read, written)


def replies_of(database: Database, session_id: str) -> list[Reply]:
    """Return the messages of a session's model, in order."""
    replies = []
    for row in database.rows("messages_of", id=session_id):
        data = data_of(row)
        if data.get("role") == "assistant":
            created = milliseconds(row["time_created"]) or 0
            replies.append(Reply(str(row["id"]), created, milliseconds(row["time_updated"]) or created, data))
    return replies
