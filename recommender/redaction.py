"""Take secrets out of a text before it is embedded or stored."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from recommender.secret_rules import FORMS, MAX_VALUE, RULES, Rule

MAX_PASSES = 4  # A replacement can lay bare another secret; one pass sufficed for every real text.
MAX_DECODED = 3  # Times that a word may have been URL-encoded.

_REST_OF_VALUE = re.compile(r"[^\s\"'`<>]*")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_WORD = re.compile(r"[^\s\"'`<>]+")
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def redact(text: str) -> str:
    """Return `text` with every secret replaced by `[REDACTED:<kind>]`; idempotent, linear in the text's length.

    User names in paths are not secrets, nor is what only refers to one (`$TOKEN`, `os.environ[...]`).
    """
    return apply_rules(text, RULES)


def redact_forms(text: str) -> str:
    """Return `text` without secrets of a known form; what only looks random may be an id."""
    return apply_rules(text, FORMS)


def apply_rules(text: str, rules: Iterable[Rule]) -> str:
    """Return `text` after the rules, repeated until nothing changes; URL-encoded words are judged by what they mean."""
    if _ENCODED.search(text):
        text = _WORD.sub(lambda word: _without_encoded(word[0], rules), text)
    return _without_secrets(text, rules)


def _without_encoded(word: str, rules: Iterable[Rule]) -> str:
    meant = word
    for _ in range(MAX_DECODED if "%" in word else 0):
        meant = unquote(meant)
    if meant == word:
        return word
    clean = _without_secrets(meant, rules)
    return word if clean == meant else clean


def _without_secrets(text: str, rules: Iterable[Rule]) -> str:
    for _ in range(MAX_PASSES):
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters (İ) grow in lower case, and places would no longer agree
            lowered = text.translate(_ASCII_LOWER)
        spans = sorted(
            (start, order, end, rule.kind)
            for order, rule in enumerate(rules)
            for start, end in _secrets(text, lowered, rule)
        )
        if not spans:
            break
        text = _replaced(text, spans)
    return text


def _secrets(text: str, lowered: str, rule: Rule) -> Iterator[tuple[int, int]]:
    if not rule.starts:
        yield from filter(None, (_secret_span(text, match, rule) for match in rule.pattern.finditer(text)))
    for start in rule.starts:
        position = lowered.find(start)
        while position >= 0:
            match = rule.pattern.match(text, position)
            span = _secret_span(text, match, rule) if match else None
            if span:
                yield span
            position = lowered.find(start, max(span[1] if span else 0, position + len(start)))


def _secret_span(text: str, match: re.Match[str], rule: Rule) -> tuple[int, int] | None:
    start, end = match.span(match.lastindex or 0)
    secret = text[start:end]
    if "[REDACTED" in secret or (rule.is_secret and not rule.is_secret(secret)):
        return None
    if match.lastindex and end - start >= MAX_VALUE:
        end = _REST_OF_VALUE.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing at the least
    return start, end


def _replaced(text: str, spans: list[tuple[int, int, int, str]]) -> str:
    parts, position = [], 0
    for start, _, end, kind in spans:
        if start >= position:
            parts += [text[position:start], f"[REDACTED:{kind}]"]
        position = max(position, end)
    return "".join([*parts, text[position:]])
