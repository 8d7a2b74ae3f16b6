"""A person's second look: which spawns teach most for a minute of reading, and where the answers go."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from pipelines.audit.audit_spawns import Candidate, draw_spawns, look_at, store_verdict
from pipelines.audit.correct import agreement_of, read_audits
from pipelines.audit.evidence import Bundle
from pipelines.audit.rates import PERSON, Agreement
from pipelines.audit.verdict import Fault, Verdict, Word
from pipelines.warehouse import named_sql

Connection = psycopg.Connection[Any]
CARDS = 10
JUDGED = 3  # at most so many of them have a judge's verdict, to measure how far it can be trusted
LOOKED_AT = 60  # spawns whose evidence is read to find the cards
CHARACTERS_A_MINUTE = 1_500


@dataclass(frozen=True)
class Card:
    """One spawn on the person's screen; `judge` has looked at it before, where it is named."""

    task: UUID
    agent: str
    model: str
    observed: str
    bundle: Bundle
    judge: str = ""


def cards(connection: Connection, most: int = CARDS) -> list[Card]:
    """Return the spawns that are worth most, the best first; those that a person has answered are left out.

    Worth is the spread that is left in a spawn's outcome, for each minute of reading; of spawns of one agent and model
    the second teaches less than the first. A few that a judge has looked at are among them, the bad ones first.
    """
    judged = _judged(connection, min(JUDGED, most // 3))
    drawn = draw_spawns(connection, PERSON)
    seen = {card.task for card in judged} | {each.task for each in read_audits(connection)}
    found: list[tuple[float, Card]] = []
    for each in _in_turns([each for each in drawn.order if each.task not in seen])[:LOOKED_AT]:
        if bundle := look_at(connection, each.task):
            minutes = 0.3 + len(bundle.text()) / CHARACTERS_A_MINUTE
            card = Card(each.task, each.agent, each.model, each.observed, bundle)
            found.append((float(drawn.size_of[each.task]) / minutes, card))
    found.sort(key=lambda pair: -pair[0])
    fresh = _spread([card for _, card in found])
    return [*fresh[: most - len(judged)], *judged][:most]


def answer(connection: Connection, card: Card, verdict: Word, fault: Fault | None) -> None:
    """Keep a person's answer; it outranks all others. Of a spawn that was not drawn it speaks for this one alone."""
    said = Verdict(verdict, fault, 0.0 if verdict == "unclear" else 1.0)
    store_verdict(connection, card.task, card.observed, card.bundle.text(), said, PERSON, 1.0)


def take_back(connection: Connection, card: Card) -> None:
    """Forget a person's answer."""
    with connection.transaction():
        connection.execute(named_sql(__file__, "delete_audit"), {"task_id": card.task, "judge": PERSON})
        connection.execute(named_sql(__file__, "write_verdict_signals"), {"tasks": [card.task]})


def agreement_in_words(connection: Connection) -> list[str]:
    """Return a sentence on each judge that has looked at spawns which a person has looked at too."""
    return [_in_words(judge, agreed) for judge, agreed in agreement_of(read_audits(connection)).items()]


def _in_words(judge: str, agreed: Agreement) -> str:
    both, all_ = agreed.both_bad + agreed.both_good, sum(agreed)
    bad = agreed.both_bad + agreed.person_only
    found = f"; it found {agreed.both_bad} of the {bad} that you call bad" if bad else ""
    return f"You and {judge} agree on {both} of {all_}{found}."


def _judged(connection: Connection, most: int) -> list[Card]:
    audits = read_audits(connection)
    by_person = {each.task for each in audits if each.judge == PERSON}
    open_ = [each for each in audits if each.task not in by_person and each.verdict != "unclear"]
    open_.sort(key=lambda each: (each.verdict != "bad", each.confidence, each.task))
    found: list[Card] = []
    for each in open_:
        if len(found) < most and (bundle := look_at(connection, each.task)):
            found.append(Card(each.task, each.agent, each.model, each.observed, bundle, each.judge))
    return found


def _in_turns(candidates: list[Candidate]) -> list[Candidate]:
    """Return candidates so that each agent and model comes once before any comes again."""
    of_cell: dict[Any, list[Candidate]] = {}
    for each in candidates:
        of_cell.setdefault(each.cell, []).append(each)
    ranked = [(place, each) for members in of_cell.values() for place, each in enumerate(members)]
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])]


def _spread(found: list[Card]) -> list[Card]:
    """Return cards so that the second of an agent and model stands behind the first of all others."""
    ranked: list[tuple[int, int, Card]] = []
    key = lambda card: (card.agent, card.model, card.observed)  # noqa: E731
    place_of = {card.task: place for place, card in enumerate(found)}
    for _, members in groupby(sorted(found, key=key), key=key):
        for turn, card in enumerate(sorted(members, key=lambda each: place_of[each.task])):
            ranked.append((int(np.log2(turn + 1)), place_of[card.task], card))
    return [card for _, _, card in sorted(ranked, key=lambda each: each[:2])]
