"""Make 10,000 spawns of 90 days in which some truths are planted."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tests.support.planted.topics import GAPS, LONG_AGO, TOO_MUCH, WORK, Topic

MODELS = {"haiku": (0.3, 0.92, 0.04), "sonnet": (0.5, 0.94, 0.12), "opus": (0.2, 0.95, 0.4)}  # share, success, dollars
REGRESSED_MODEL = "sonnet"
WEEKS_SINCE_REGRESSION = 6
DAYS = 90
PLACES = [
    "billing",
    "login",
    "checkout",
    "admin",
    "profile",
    "reports",
    "inventory",
    "onboarding",
    "settings",
    "export",
]


class Spawn(NamedTuple):
    """One spawn; `succeeded` is None where the log shall not tell."""

    text: str
    agent: str
    model: str
    spawned_at: datetime
    succeeded: bool | None
    cost_usd: float
    duration_ms: int


def regressed_week(now: datetime) -> datetime:
    """Return the Monday (UTC) of the week in which the model was worse."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday(), weeks=WEEKS_SINCE_REGRESSION)


def planted_history(now: datetime, count: int = 10_000, seed: int = 1) -> Iterator[Spawn]:
    """Yield spawns; the same for the same arguments."""
    chance = random.Random(seed)
    work = [(topic, 1.0, 1.0) for topic in WORK]
    too_much = [(topic, 1.0, 0.4) for topic in TOO_MUCH]
    gaps = [(topic, 0.6, 0.97) for topic in GAPS]
    topics = work + too_much + gaps
    weights = [weight for _, weight, _ in topics]
    for _ in range(count):
        topic, _, luck = chance.choices(topics, weights)[0]
        yield _spawn(chance, topic, luck, now, days_ago=chance.uniform(0.01, DAYS))
    for topic in LONG_AGO:
        for _ in range(20):
            yield _spawn(chance, topic, 1.0, now, days_ago=chance.uniform(40, DAYS))


def _spawn(chance: random.Random, topic: Topic, luck: float, now: datetime, days_ago: float) -> Spawn:
    model = chance.choices(list(MODELS), [share for share, _, _ in MODELS.values()])[0]
    _, success, dollars = MODELS[model]
    spawned_at = now - timedelta(days=days_ago)
    monday = regressed_week(now)
    if model == REGRESSED_MODEL and monday <= spawned_at < monday + timedelta(days=7):
        success -= 0.25
    succeeded = None if chance.random() < 0.15 else chance.random() < success * luck
    duration_ms = int(chance.lognormvariate(11, 0.7))
    cost_usd = dollars * chance.lognormvariate(0, 0.5)
    return Spawn(_text(chance, topic), topic.agent, model, spawned_at, succeeded, cost_usd, duration_ms)


def _text(chance: random.Random, topic: Topic) -> str:
    verbs, objects = topic.phrases()
    first, second = chance.sample(objects, 2)
    place, number = chance.choice(PLACES), chance.randrange(1000)
    verb = chance.choice(verbs)
    return f"{verb.capitalize()} {first} for {place}.\nThen {chance.choice(verbs)} the {second}, see item {number}."
