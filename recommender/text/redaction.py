"""Take secrets out of a text before it is embedded or stored."""

import hashlib
import re
from urllib.parse import unquote

from recommender.text.secret_commands import ADDRESSES, COMMANDS, COOKIES
from recommender.text.secret_matching import RuleSet, Span, word_rule
from recommender.text.secret_names import NAMED
from recommender.text.secret_tables import secrets_in_tables
from recommender.text.secret_tokens import PRIVATE_KEYS, TOKENS
from recommender.text.secret_values import is_random

MAX_PASSES = 4  # A replacement can lay bare another secret; one pass sufficed for every real text.
MAX_DECODED = 3  # Times that a word may have been URL-encoded.
ID_MARK = 12  # hex digits that tell ids apart whose secrets were taken out

# All rules, in the order in which they name what they find. High-entropy words are last: what has a name keeps it.
FORMS = RuleSet(PRIVATE_KEYS + TOKENS + ADDRESSES + NAMED + COMMANDS + COOKIES)
_RANDOM = r"(?<![\w/+.-])[A-Za-z0-9_-]{24,200}+(?:\.[\w-]{6,200}+){0,4}(?![\w/+=-])"
RULES = RuleSet((*FORMS.rules, word_rule("high-entropy", _RANDOM, is_random)))

_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
# Letters, and the signs that some writers escape, but none that JSON needs: ", \\ and control characters.
_ESCAPED = re.compile(
    r"\\u(00(?!22|5[cC]|7[fF])[2-7a-fA-F][0-9a-fA-F]|0[1-9a-fA-F][0-9a-fA-F]{2}|[1-9a-cefA-CEF][0-9a-fA-F]{3}"
    r"|[dD][0-7][0-9a-fA-F]{2})"
)
_ESCAPED_SPACE = re.compile(r"\\(?:[nr]|t(?!oken))")
_COLOR = re.compile(r"\x1b\[[0-9;]{0,20}m")
_WORD = re.compile(r"[^\s\"'`<>]+")


def redact(text: str) -> str:
    """Return `text` with every secret replaced by `[REDACTED:<kind>]`; idempotent, linear in the text's length.

    User names in paths are not secrets, nor is what only refers to one (`$TOKEN`, `os.environ[...]`).
    """
    return apply_rules(text, RULES)


def redact_forms(text: str) -> str:
    """Return `text` without secrets of a known form; what only looks random may be an id."""
    return apply_rules(text, FORMS)


def redact_id(text: str, clean: str | None = None) -> str:
    """Return an id without secrets of a known form, and still its own: one that had any ends in a part of its hash.

    `clean` is the id without secrets, where more rules have been over it. Idempotent.
    """
    clean = redact_forms(text) if clean is None else clean
    if clean == text:
        return text
    return f"{clean}#{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:ID_MARK]}"


def apply_rules(text: str, rules: RuleSet) -> str:
    """Return `text` after the rules, repeated until nothing changes; URL-encoded words are judged by what they mean."""
    if "%" in text and _ENCODED.search(text):
        text = _WORD.sub(lambda word: _without_encoded(word[0], rules), text)
    if "\\u" in text and (meant := _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)) != text:
        clean = _without_secrets(meant, rules)
        if clean != meant:
            return clean
    return _without_secrets(text, rules)


def _without_encoded(word: str, rules: RuleSet) -> str:
    meant = word
    for _ in range(MAX_DECODED if "%" in word else 0):
        meant = unquote(meant)
    if meant == word or "\ufffd" in meant:
        return word
    clean = _without_secrets(meant, rules)
    return word if clean == meant else clean


def _without_secrets(text: str, rules: RuleSet) -> str:
    for _ in range(MAX_PASSES):
        searched = _without_marks(text)
        spans = rules.spans(searched)
        if "|" in text:
            lines = _without_marks(text.replace("\\n", " \n"))  # a table needs its rows
            spans += [Span(start, len(rules.rules), end, "secret-value") for start, end in secrets_in_tables(lines)]
        if not spans:
            break
        text = _replaced(text, sorted(spans))
    return text


def _without_marks(text: str) -> str:
    """Return a text of the same length in which escaped ends of lines and colors do not stick to the words behind."""
    if "\\" in text:
        text = _ESCAPED_SPACE.sub("  ", text)
    if "\x1b" in text:
        text = _COLOR.sub(lambda color: " " * len(color[0]), text)
    return text


def _replaced(text: str, spans: list[Span]) -> str:
    parts, position = [], 0
    for start, _, end, kind in spans:
        if start >= position:
            parts += [text[position:start], f"[REDACTED:{kind}]"]
        position = max(position, end)
    return "".join([*parts, text[position:]])
