"""Which lines of a rollout are its thread's own: the file of a forked thread begins with its parent's lines.

The first line is the thread's own in any case. Newer files number their lines and name the first that is the agent's
own. Older ones only show that there was a fork, by the parent's `session_meta`; where its lines end they do not say.
"""

from pipelines.ingest.sources.codex.payload import Entry, event_of

TURN_STARTS = ("task_started", "turn_started")


class History:
    """Follows a file's lines from its first."""

    def __init__(self) -> None:
        self._thread_id: object = None
        self._own_from: int | None = None
        self._is_fork = False
        self.forked_at: object = None  # when the parent's lines were copied

    @property
    def is_unmarked(self) -> bool:
        """Whether the parent's lines have no known end."""
        return self._is_fork and self._own_from is None

    def is_inherited(self, entry: Entry) -> bool:
        """Tell whether the line is known to be the parent's."""
        payload, ordinal = entry["payload"], entry.get("ordinal")
        if entry["kind"] == "session_meta":
            own_from = payload.get("subagent_history_start_ordinal")
            return self._begin_or_fork(payload.get("id"), own_from, entry.get("timestamp"))
        return self._own_from is not None and isinstance(ordinal, int) and ordinal < self._own_from

    def may_begin(self, entry: Entry) -> bool:
        """Tell whether the thread's own lines might begin here, so that what was read before might not be its own."""
        return self.is_unmarked and event_of(entry).get("type") in TURN_STARTS

    def _begin_or_fork(self, thread_id: object, own_from: object, at: object) -> bool:
        if self._thread_id is None:
            self._thread_id, self._own_from = thread_id, own_from if isinstance(own_from, int) else None
        self._is_fork = self._is_fork or thread_id != self._thread_id
        self.forked_at = at if thread_id != self._thread_id else self.forked_at
        return thread_id != self._thread_id
