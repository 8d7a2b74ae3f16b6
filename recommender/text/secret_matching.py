"""How rules find their secrets in a text: only where a plain search says that it can be worth while."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

MAX_VALUE = 100  # Characters in which a pattern looks for a value's end, so that no scan repeats a long one.
MIN_WORD = 20  # Characters of a word in which a token of a known form can stand.

_REST_OF_VALUE = re.compile(r"[^\s\"'`<>]*")
# Texts are searched as bytes, one to a character, where lower case, parting and finding take a fraction of the time.
_LETTERS = bytes(code if chr(code).isalnum() else 32 for code in range(256))
_LOWER = bytes(ord(chr(code).lower()) for code in range(256))
_LOWER_WORDS = _LETTERS.translate(_LOWER)
_NO_PARTS = set(b"\"'`<>(){}[],;|\\&?\x85\xa0") | set(range(32))
_LONG_WORDS = bytes(32 if code in _NO_PARTS else code for code in range(256))
# Where letters, cases and digits change: in a token often, in names and paths rarely. Ids of AWS may have no digit.
_TURNS = re.compile(rb"[0-9][A-Za-z]|[A-Za-z][0-9]|[a-z][A-Z]")
_MIN_TURNS = 3
_CAPITALS = re.compile(rb"[A-Z0-9]{16}")
# Ids and encoded files, which are long words too, and by far the most.
_ID = re.compile(
    rb"(?:srvtoolu|toolu|msg|req|call|agent_msg)_[A-Za-z0-9]{8,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    rb"|(?:[0-9a-f]{40}|[0-9a-f]{64})"
)
_BASE64 = b"+/=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_MIN_FILE = 1_000
_OTHER_SCRIPTS = "[\u0100-\u1fff\u3040-\uffdc]"  # compiled when a text may have them: its ranges take milliseconds


class Rule(NamedTuple):
    """One kind of secret. It is the last group of `pattern`, or all of it; `is_secret` may still refuse it.

    The pattern is matched where one of `starts` (lower case) stands. Without any it is searched for: in long words
    alone with `in_words`, else everywhere. With `by_word` the first word of a start must stand by itself in the text.
    """

    kind: str
    starts: tuple[str, ...]
    pattern: str
    is_secret: Callable[[str], bool] | None = None
    by_word: bool = True
    in_words: bool = False
    flags: int = re.ASCII


def rule(kind: str, starts: str, pattern: str, is_secret: Callable[[str], bool] | None = None) -> Rule:
    """Return a rule; its starts are parted by commas where there is one, else by spaces."""
    return Rule(kind, _parted(starts), pattern, is_secret)


def part_rule(kind: str, starts: str, pattern: str, is_secret: Callable[[str], bool] | None = None) -> Rule:
    """Return a rule whose starts may stand within words."""
    return Rule(kind, _parted(starts), pattern, is_secret, by_word=False)


def word_rule(kind: str, pattern: str, is_secret: Callable[[str], bool] | None = None) -> Rule:
    """Return a rule for tokens, which stand in long words."""
    return Rule(kind, (), pattern, is_secret, in_words=True)


class Span(NamedTuple):
    """Where a secret stands; of two that begin at one place the rule that comes first names it."""

    start: int
    order: int
    end: int
    kind: str


class RuleSet:
    """Rules by what must stand in a text for them to be tried."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_word: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        self._by_part: dict[bytes, list[int]] = defaultdict(list)
        self._other_scripts: list[tuple[int, str]] = []
        self._in_words = [order for order, rule in enumerate(self.rules) if rule.in_words]
        self._anywhere = [order for order, rule in enumerate(self.rules) if not rule.in_words and not rule.starts]
        for order, rule in enumerate(self.rules):
            for start in rule.starts:
                if any(letter > "\xff" for letter in start):
                    self._other_scripts.append((order, start))
                elif rule.by_word:
                    word = start.encode("latin-1").translate(_LETTERS).split()[0]
                    self._by_word[word].append((order, start.encode("latin-1")))
                else:
                    self._by_part[start.encode("latin-1")].append(order)

    def spans(self, text: str) -> list[Span]:
        """Return where secrets stand in a text."""
        encoded = text.encode("latin-1", "replace")
        lowered = encoded.translate(_LOWER)
        found: list[Span] = []
        for word in self._by_word.keys() & set(encoded.translate(_LOWER_WORDS).split()):
            for order, start in self._by_word[word]:
                found += self._matched(text, order, _places(lowered, start))
        for part, orders in self._by_part.items():
            if part in lowered:
                places = _places(lowered, part)
                for order in orders:
                    found += self._matched(text, order, places)
        if self._other_scripts and not text.isascii() and _compiled(_OTHER_SCRIPTS, 0).search(text):
            for order, name in self._other_scripts:
                found += self._matched(text, order, _places_of_name(text, name))
        for first, last in _long_words(encoded):
            for order in self._in_words:
                found += self._searched(text, order, first, last)
        for order in self._anywhere:
            found += self._searched(text, order, 0, len(text))
        return found

    def _matched(self, text: str, order: int, places: list[int]) -> Iterator[Span]:
        rule, end = self.rules[order], 0
        match_at = _compiled(rule.pattern, rule.flags).match
        for place in places:
            if place >= end and (match := match_at(text, place)) and (span := _span(text, match, rule, order)):
                end = span.end
                yield span

    def _searched(self, text: str, order: int, first: int, last: int) -> Iterator[Span]:
        rule = self.rules[order]
        for match in _compiled(rule.pattern, rule.flags).finditer(text, first, last):
            if span := _span(text, match, rule, order):
                yield span


def _parted(starts: str) -> tuple[str, ...]:
    return tuple(starts.split("," if "," in starts else None))


@cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: most never are in a short process."""
    return re.compile(pattern, flags)


def _places(lowered: bytes, start: bytes) -> list[int]:
    places = []
    place = lowered.find(start)
    while place >= 0:
        places.append(place)
        place = lowered.find(start, place + len(start))
    return places


def _places_of_name(text: str, name: str) -> list[int]:
    if name[1:] not in text and name[1:].upper() not in text:
        return []
    return [match.start() for match in _compiled(re.escape(name), re.IGNORECASE).finditer(text)]


def _long_words(encoded: bytes) -> Iterator[tuple[int, int]]:
    parted = encoded.translate(_LONG_WORDS)
    place = 0
    for word in parted.split():
        if len(word) >= MIN_WORD and _may_hold_token(word):
            place = parted.index(word, place)
            yield place, place + len(word)
            place += len(word)


def _may_hold_token(word: bytes) -> bool:
    if len(word) > _MIN_FILE and not word.translate(None, _BASE64):
        return False
    if len(_TURNS.findall(word)) < _MIN_TURNS and not _CAPITALS.search(word):
        return False
    return not _ID.fullmatch(word)


def _span(text: str, match: re.Match[str], rule: Rule, order: int) -> Span | None:
    start, end = match.span(match.lastindex or 0)
    secret = text[start:end]
    if "[REDACTED" in secret or (rule.is_secret and not rule.is_secret(secret)):
        return None
    if match.lastindex and end - start >= MAX_VALUE:
        end = _REST_OF_VALUE.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing at the least
    return Span(start, order, end, rule.kind)
