"""What a Codex thread used: a record for each answer of the provider, or, in older files, running totals."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipelines.ingest.values import mapping, milliseconds


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


class _Count(NamedTuple):
    total: Usage
    last: Usage | None  # of the latest answer alone
    at_ms: int | None


NOTHING = Usage(0, 0, 0)


class Tokens:
    """Collects the usage of one thread.

    The totals of a fork may go on from its parent's or begin at nothing: what its first total holds beside the answer
    that it counts was used before. Records are never inherited.
    """

    def __init__(self) -> None:
        self._answers: dict[str, Usage] = {}
        self._parents: Usage | None = None
        self._counts: list[_Count] = []
        self._seen: set[_Count] = set()
        self._turns: list[int | None] = []  # when each began

    def inherit(self, info: object) -> None:
        """Take totals from the parent's lines."""
        self._parents = Usage.of(mapping(info).get("total_token_usage")) or self._parents

    def begin_turn(self, at: object) -> None:
        """Begin a turn; what was counted before the first is the parent's."""
        if not self._turns and self._counts:
            self._parents = self._counts[-1].total
            self._counts.clear()
        self._turns.append(milliseconds(at))

    def count(self, info: object, at: object) -> None:
        """Take totals from the thread's own lines."""
        total, last = (Usage.of(mapping(info).get(f"{kind}_token_usage")) for kind in ("total", "last"))
        count = total and _Count(total, last, milliseconds(at))
        if count and total != self._parents and count not in self._seen:  # else it is told again
            self._seen.add(count)
            self._counts.append(count)

    def record(self, payload: Mapping[str, Any]) -> None:
        """Take the record of one answer; it may come twice."""
        usage, answer = Usage.of(payload.get("usage")), payload.get("response_id")
        if usage and isinstance(answer, str):
            self._answers[answer] = usage

    def values(self, is_unmarked: bool, forked_at: object) -> dict[str, int]:
        """Return the thread's tokens by kind; nothing where they are not known.

        `is_unmarked` tells that the counts may begin with the parent's, which were copied at `forked_at` or before.
        """
        counts = self._after_copy(milliseconds(forked_at)) if is_unmarked else self._counts
        used = Usage(*map(sum, zip(*self._answers.values(), strict=True))) if self._answers else None
        if not used and counts:
            used = self._counted(counts)
        if not used or min(used) < 0:
            return {}
        uncached = max(0, used.input - used.cached)
        return {"input_tokens": uncached, "cache_read_tokens": used.cached, "output_tokens": used.output}

    def _counted(self, counts: list[_Count]) -> Usage:
        """Return what the totals grew by, over all the times that they began again."""
        begins = [0, *(place for place in range(1, len(counts)) if _is_anew(counts[place - 1], counts[place]))]
        ends = [*(place - 1 for place in begins[1:]), -1]
        grown = [counts[ends[0]].total.minus(self._before(counts[0]))]
        grown += [counts[end].total for end in ends[1:]]
        return Usage(*map(sum, zip(*grown, strict=True)))

    def _before(self, first: _Count) -> Usage:
        if first.last:
            return first.total.minus(first.last)
        goes_on = self._parents is not None and min(first.total.minus(self._parents)) >= 0
        return self._parents if self._parents and goes_on else NOTHING

    def _after_copy(self, forked_ms: int | None) -> list[_Count]:
        """Return the counts that are the thread's own, where nothing marks the end of what it was given."""
        own = [at_ms for at_ms in self._turns if at_ms is not None and forked_ms is not None and at_ms > forked_ms]
        if own and len(self._turns) == 1:
            return self._counts  # the parent's conversation was not copied
        after = [place for place, count in enumerate(self._counts) if own and (count.at_ms or 0) >= own[0]]
        fresh = [place for place, count in enumerate(self._counts) if place and count.total == count.last]
        if fresh:
            return self._counts[next((place for place in fresh if place in after), fresh[-1]) :]
        return [self._counts[place] for place in after] if len(self._turns) > 1 else self._counts


def _is_anew(before: _Count, count: _Count) -> bool:
    """Tell whether the totals began at nothing again, as some do where a thread is resumed."""
    return min(count.total.minus(before.total)) < 0 or (count.total == count.last and count.total != before.total)
