"""What a Codex thread used: a record for each answer of the provider, or, in older files, running totals."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipelines.ingest.values import mapping


class Usage(NamedTuple):
    """Tokens; those read from the cache are among the input."""

    input: int
    cached: int
    output: int

    @classmethod
    def of(cls, usage: object) -> "Usage | None":
        """Read the counts; none where one that is needed is missing."""
        counts = mapping(usage)
        total, cached, output = (counts.get(f"{kind}_tokens") for kind in ("input", "cached_input", "output"))
        if not isinstance(total, int) or not isinstance(output, int):
            return None
        return cls(total, cached if isinstance(cached, int) else 0, output)

    def minus(self, other: "Usage") -> "Usage":
        """Return the counts without those of another."""
        return Usage(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


class Tokens:
    """Collects the usage of one thread.

    The totals of a fork may go on from its parent's or begin at nothing. Records are never inherited.
    """

    def __init__(self) -> None:
        self._answers: dict[str, Usage] = {}
        self._parents: Usage | None = None
        self._before: Usage | None = None
        self._total: Usage | None = None

    def inherit(self, info: object) -> None:
        """Take totals from the parent's lines."""
        self._parents = Usage.of(mapping(info).get("total_token_usage")) or self._parents

    def count(self, info: object) -> None:
        """Take totals from the thread's own lines."""
        total = Usage.of(mapping(info).get("total_token_usage"))
        if not total or total == self._parents:  # the parent's total, told again
            return
        if self._before is None:
            begins = total == Usage.of(mapping(info).get("last_token_usage"))
            self._before = Usage(0, 0, 0) if begins or not self._parents else self._parents
        self._total = total

    def record(self, payload: Mapping[str, Any]) -> None:
        """Take the record of one answer; it may come twice."""
        usage, answer = Usage.of(payload.get("usage")), payload.get("response_id")
        if usage and isinstance(answer, str):
            self._answers[answer] = usage

    def values(self, are_totals_own: bool) -> dict[str, int]:
        """Return the thread's tokens by kind; nothing where they are not known."""
        used = Usage(*map(sum, zip(*self._answers.values(), strict=True))) if self._answers else None
        if not used and are_totals_own and self._total and self._before:
            used = self._total.minus(self._before)
        if not used or min(used) < 0:
            return {}
        uncached = max(0, used.input - used.cached)
        return {"input_tokens": uncached, "cache_read_tokens": used.cached, "output_tokens": used.output}
