"""What clients' hooks have in common: reading what is said of a spawn, and telling a person of a change."""

import re

NAME_CHARACTERS, PATH_CHARACTERS = 200, 4_096
OPT_OUT = re.compile(r"\bspawnwise\s*[:=]\s*off\b", re.IGNORECASE)


def text_in(value: object, characters: int = NAME_CHARACTERS) -> str | None:
    """Return a text, cut to what is needed of it; None where the value is something else."""
    return value[:characters] if isinstance(value, str) else None


def line(text: str) -> str:
    """Return a text as one line that a terminal may print."""
    from recommender.terminal import printable

    return " ".join(printable(text).split())


def change_in_words(agent: str, model: str, usual: str | None, reason: str, mode: str) -> str:
    """Return the line that tells of a change: an advice, or what was done."""
    if mode == "advise":
        return line(f"spawnwise: use {model} instead of {usual} for {agent}. {reason}")
    return line(f"spawnwise: {agent} runs on {model} instead of {usual}. {reason}")
