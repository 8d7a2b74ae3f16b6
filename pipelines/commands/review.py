"""`spawnwise review`: look at the spawns that teach most, one screen each, one key each."""

import argparse
import contextlib
import shutil
import sys
import textwrap
from collections.abc import Iterator

import click
import psycopg

from pipelines.audit import review_cards
from pipelines.audit.review_cards import CARDS, Card
from pipelines.audit.verdict import Fault, Word
from pipelines.commands.keyboard import END, keys_of_terminal
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.terminal import printable

ANSWERS: dict[str, tuple[Word, Fault | None]] = {
    "g": ("good", None),
    "b": ("bad", "agent"),
    "n": ("bad", "environment"),
    "u": ("unclear", None),
}
KEYS = "g good   b bad   n bad, but not its fault   u unclear\ns skip   o open the log   z undo   q quit"
QUIT = ("q", "\x1b", END)  # and Ctrl-C
WIDEST, LEAST_LINES = 80, 20
SAYS = {
    "success": "the rules say success",
    "doubted": "the rules say success, with a doubt",
    "failure": "the rules say failure",
    "unknown": "the rules cannot tell",
    "excused": "the rules say failure, not the agent's",
}
NONE_LEFT = (
    "There is nothing to review: every spawn whose log is still there has been looked at. `spawnwise learn` reads "
    "new logs."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--count", type=int, default=CARDS, metavar="N", help="spawns to look at (default: 10)")


def run(arguments: argparse.Namespace) -> int:
    """Show one card after another; return 1 where nobody can answer, or there is nothing to review."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("`spawnwise review` needs a terminal: it asks for a key after each spawn.", file=sys.stderr)
        return 1
    with Warehouse.open(Settings()) as warehouse, warehouse.connect(autocommit=True) as connection:
        try:
            shown = review_cards.cards(connection, max(1, arguments.count))
        except psycopg.errors.UndefinedTable:
            print("Nothing has been learned yet: run `spawnwise learn` first.", file=sys.stderr)
            return 1
        if not shown:
            print(NONE_LEFT)
            return 1
        answered = _ask(connection, shown)
        print(f"{answered} answered. `spawnwise learn` counts them; answers can be changed by `spawnwise feedback`.")
        for line in review_cards.agreement_in_words(connection):
            print(printable(line))
    return 0


def _ask(connection: "psycopg.Connection[object]", shown: list[Card]) -> int:
    """Ask about each card; return how many were answered."""
    answered: list[bool] = []  # of each card before this one
    with contextlib.suppress(EOFError, KeyboardInterrupt), keys_of_terminal() as next_key:
        while len(answered) < len(shown):
            card = shown[len(answered)]
            click.clear()
            click.echo("\n".join(screen(card, len(answered) + 1, len(shown))))
            key = next_key().casefold()
            if key in ANSWERS:
                review_cards.answer(connection, card, *ANSWERS[key])
                answered.append(True)
            elif key == "s":
                answered.append(False)
            elif key == "o":
                click.echo_via_pager(printable(card.bundle.text()))
            elif key == "z" and answered:
                if answered.pop():
                    review_cards.take_back(connection, shown[len(answered)])
            elif key in QUIT:
                break
    click.clear()
    return sum(answered)


def screen(card: Card, number: int, count: int) -> list[str]:
    """Return the lines of a card: as many as the terminal has, and no longer than 80 characters."""
    size = shutil.get_terminal_size((WIDEST, 24))
    width, lines = min(size.columns, WIDEST), max(size.lines, LEAST_LINES)
    head = f"{number} of {count}   {card.agent} on {card.model}: {SAYS[card.observed]}"
    bundle, keys = card.bundle, KEYS.splitlines()
    free = lines - 3 - len(keys) - 4 - 1
    parts = {
        "TASK": (bundle.task, 0.22),
        "LAST CALLS": ("\n".join(bundle.last_calls) or "(the log does not hold them)", 0.2),
        "REPORT": (bundle.report, 0.36),
        "THEN": ("\n".join(bundle.followed) or "(nothing: the log ends here)", 0.22),
    }
    wrapped = {title: list(_wrapped(text, width - 2)) for title, (text, _) in parts.items()}
    room = {title: min(len(wrapped[title]), max(2, int(free * share))) for title, (_, share) in parts.items()}
    for title in ("REPORT", "THEN", "LAST CALLS", "TASK"):  # what the others leave, to whom it helps most
        room[title] += min(len(wrapped[title]) - room[title], max(0, free - sum(room.values())))
    shown = [_cut(printable(head), width), ""]
    for title, whole in wrapped.items():
        part, cut = whole, len(whole) > room[title]
        if cut and title == "LAST CALLS":  # the last of them
            part = ["...", *whole[len(whole) - room[title] + 1 :]]
        elif cut:
            part = [*whole[: room[title] - 1], "..."]
        shown += [title, *(f"  {line}" for line in part)]
    return [*shown, "-" * width, *(_cut(key, width) for key in keys)]


def _wrapped(text: str, width: int) -> Iterator[str]:
    for line in printable(text).expandtabs(2).splitlines():
        if line.strip():
            yield from textwrap.wrap(line, width, break_long_words=True, break_on_hyphens=False)


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1] + "\N{HORIZONTAL ELLIPSIS}"
