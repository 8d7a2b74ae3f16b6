"""The one way a task becomes text, at spawn time and at night alike."""

import hashlib
import re
import unicodedata

from recommender.text.redaction import redact
from recommender.text.secret_tables import CROSSING

# 98 % of real prompts are shorter; the rest of a longer one rarely changes its kind, and 8,000 characters stay within
# the 8,192 tokens that embedding services take for nearly every text.
MAX_CHARACTERS = 8_000

# What the harness puts between tags is not the task; what it puts beside a command's name is.
DROPPED_BLOCKS = (
    "system-reminder",
    "local-command-stdout",
    "local-command-stderr",
    "local-command-caveat",
    "command-message",
    "bash-stdout",
    "bash-stderr",
    "user-prompt-submit-hook",
    "ide_opened_file",
    "task-notification",
)
_WRAPPERS = re.compile(r"</?(?:command-(?:name|args|contents)|bash-input|user_query|ide_selection)>")
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
# Control characters, byte-order marks, and marks that hide or reorder text.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]+")
_TORN_MARK = re.compile(r"\[R[A-Z]{0,7}(?::[a-z-]*)?$")


def task_text(description: str, prompt: str | None = None) -> str:
    """Return the text of a task: description, then prompt, on one line, redacted, at most `MAX_CHARACTERS` long.

    Idempotent: the text of a text is itself. Empty where nothing but the harness's words was given.
    """
    text = _printable(f"{description or ''}\n{prompt or ''}")
    for tag in DROPPED_BLOCKS:
        text = _without_block(text, tag)
    if CROSSING in text:
        text = redact(text)  # on one line the rows of such a table cannot be told apart
    text = " ".join(_WRAPPERS.sub(" ", text).split())
    text = redact(text)  # before the cut, which could leave half a secret that no rule knows
    while len(text) > MAX_CHARACTERS:
        text = redact(_cut(text))  # and after it, as the end of a long word may now look like one
    return text


def text_hash(text: str) -> str:
    """Return what names a task's text, at spawn time and at night: each distinct one is embedded once."""
    return hashlib.sha256(text.encode()).hexdigest()


def _printable(text: str) -> str:
    text = text.encode("utf-8", "ignore").decode("utf-8")  # drops lone surrogates, which no database stores
    text = _INVISIBLE.sub("", _TERMINAL.sub("", text))
    return unicodedata.normalize("NFC", text)


def _without_block(text: str, tag: str) -> str:
    opening, closing = f"<{tag}>", f"</{tag}>"
    if opening not in text and closing not in text:
        return text
    *closed, rest = text.split(closing)
    kept = [part.partition(opening)[0] for part in closed]
    return " ".join([*kept, rest.replace(opening, " ")])


def _cut(text: str) -> str:
    words = text[: MAX_CHARACTERS + 1].rpartition(" ")[0]
    whole = words if len(words) > MAX_CHARACTERS // 2 else text[:MAX_CHARACTERS]
    return _TORN_MARK.sub("", whole).rstrip()
