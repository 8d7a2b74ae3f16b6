"""What every command prints alike."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def printable(text: str) -> str:
    """Return text without what a terminal would obey: labels and titles come from logs."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def add_json_argument(parser: Any, text: str = "print JSON, for programs") -> None:
    """Let a program ask for output that it can read; `parser` may be a group of a parser's arguments."""
    parser.add_argument("--json", action="store_true", help=text)


def say(arguments: "argparse.Namespace", words: str, **fields: object) -> None:
    """Print words for a person, or the fields where `--json` asks for them."""
    print(json.dumps(fields) if arguments.json else printable(words))
