"""What a planted team does: who spawns what, when, on which model, how it ends and what it takes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

OPUS, SONNET, HAIKU = "claude-opus-4-6", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"
FAMILY = {OPUS: "opus", SONNET: "sonnet", HAIKU: "haiku"}
# Dollars a million tokens by Anthropic's list: input, output, read from the cache, written to it.
PRICES = {OPUS: (5, 25, 0.5, 6.25), SONNET: (3, 15, 0.3, 3.75), HAIKU: (1, 5, 0.1, 1.25)}
WEEKS = 8
SPAWNS_PER_SESSION = 5
BYTES_PER_TOKEN = 3.7  # of what is seen of a message whose count of output is none
UNFINISHED_BYTES = 3_700
IDLE = ("archivist", "translator")  # have a spec, and nobody calls them


class Kind(NamedTuple):
    """A kind of task: which agent does it, on which model, at which effort."""

    work: str
    agent: str
    text: str
    model: str
    effort: str


KINDS = (
    Kind("search", "Explore", "Find where {thing} is defined and name the file.", HAIKU, ""),
    Kind("test", "test-writer", "Write unit tests for {thing}.", SONNET, "high"),
    Kind("fix", "coder", "Fix the bug in {thing}: it crashes on empty input.", SONNET, ""),
    Kind("review", "code-reviewer", "Review the changes to {thing} and report problems.", OPUS, "high"),
    Kind("docs", "docs-writer", "Document {thing} in the README.", HAIKU, "low"),
)
WITHOUT_SPEC = "docs-writer"
THINGS = (
    "parser",
    "cache",
    "login",
    "queue",
    "report",
    "invoice",
    "mailer",
    "upload",
    "export",
    "retry",
    "token",
    "index",
)


class Ending(NamedTuple):
    """How a spawn ends, what its outcome is and by which sign."""

    outcome: str
    fault: str
    sign: str
    share: float
    weaker_sign: str = ""  # that says the same

    @property
    def evidence(self) -> str:
        """All signs that decide."""
        return ", ".join(filter(None, (self.sign, self.weaker_sign)))


GOOD = Ending("success", "", "result_used", 0.86, "result_returned")
BROKEN = Ending("failure", "agent", "tool_error", 0.06)
OUTAGE = Ending("failure", "environment", "api_error", 0.04)
OPEN = Ending("unknown", "", "no_result", 0.04)
TOLD_GOOD = Ending("success", "", "recorded_success", 0.9)
TOLD_BAD = Ending("failure", "agent", "recorded_failure", 0.1)


class Tokens(NamedTuple):
    """What one message took."""

    input: int
    output: int
    cache_read: int
    cache_write: int

    def usd(self, model: str) -> float:
        """Return its price."""
        return sum(count * price for count, price in zip(self, PRICES[model], strict=True)) / 1e6


@dataclass(frozen=True)
class Spawn:
    """One spawn; `is_unfinished` where its log counts the output of its message only as it began."""

    key: str
    kind: Kind
    task: str
    at: datetime
    ending: Ending
    duration_ms: int
    tokens: Tokens
    is_unfinished: bool

    @property
    def model(self) -> str:
        """Its family, as far as anyone can tell: of one that never answered only a built-in agent's is known."""
        is_seen = self.ending is not OPEN or self.kind.agent == "Explore"
        return FAMILY[self.kind.model] if is_seen else "unknown"

    @property
    def cost_usd(self) -> float | None:
        """What it cost."""
        return None if self.ending is OPEN else self.tokens.usd(self.kind.model)

    @property
    def estimated_usd(self) -> float:
        """How much of that is an estimate: its output, where the log does not count it."""
        return self.tokens.output * PRICES[self.kind.model][1] / 1e6 if self.is_unfinished else 0.0


@dataclass(frozen=True)
class Session:
    """One conversation of a person on a project; `is_resumed` where a later one holds a copy of it."""

    id: str
    person: str
    project: str
    at: datetime
    is_recorded: bool  # by a program of the person's own, rather than in a transcript
    is_resumed: bool
    is_torn: bool  # one of its lines cannot be read
    spawns: list[Spawn] = field(default_factory=list)
    messages: list[Tokens] = field(default_factory=list)  # of the main conversation, on Opus


@dataclass(frozen=True)
class Team:
    """All that happened, and the projects whose repository somebody's records tell."""

    sessions: list[Session]

    def spawns(self) -> Iterator[tuple[Session, Spawn]]:
        """Yield each spawn with its session."""
        return ((session, spawn) for session in self.sessions for spawn in session.spawns)

    def project(self, session: Session) -> str:
        """Return a project's name in the marts: its repository where any of its spawns tells one."""
        is_told = any(each.is_recorded and each.project == session.project for each in self.sessions)
        return repository(session.project) if is_told else folder(session.project)


def folder(project: str) -> str:
    """Return where a project lies on everybody's machine."""
    return f"/srv/code/{project}"


def repository(project: str) -> str:
    """Return a project's repository."""
    return f"github.com/acme/{project}"


def planted_team(people: int, projects: int, spawns: int, seed: int = 7) -> Team:
    """Return a team; the first tenth of its people record their spawns, and work on the first half of the projects."""
    chance = random.Random(seed)
    begin = (datetime.now(UTC) - timedelta(weeks=WEEKS + 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    begin -= timedelta(days=begin.weekday())
    sessions = []
    for number in range(spawns // SPAWNS_PER_SESSION):
        person = number % people
        is_recorded = person < max(1, people // 10)
        own = range(projects // 2) if is_recorded else (person % projects, (person * 5 + 1) % projects)
        session = Session(
            f"{number:08x}-6f2e-4b43-8a30-1f0b6d1f7a01",
            f"person{person:02}",
            f"service-{chance.choice(own):02}",
            begin + timedelta(days=chance.randrange(7 * WEEKS), hours=chance.randrange(6, 21)),
            is_recorded,
            is_resumed=not is_recorded and chance.random() < 0.05,
            is_torn=not is_recorded and chance.random() < 0.02,
        )
        for place in range(SPAWNS_PER_SESSION):
            session.spawns.append(_spawn(session, place, chance))
        if not is_recorded:
            session.messages.extend(_tokens(chance, 300) for _ in range(2 * SPAWNS_PER_SESSION))
        sessions.append(session)
    return Team(sessions)


def _spawn(session: Session, place: int, chance: random.Random) -> Spawn:
    kind = chance.choice(KINDS)
    endings = (TOLD_GOOD, TOLD_BAD) if session.is_recorded else (GOOD, BROKEN, OUTAGE, OPEN)
    (ending,) = chance.choices(endings, [ending.share for ending in endings])
    thing = f"the {chance.choice(THINGS)} of module {session.id[:8]}{place}"
    tokens, is_unfinished = _tokens(chance, 900), not session.is_recorded and chance.random() < 0.05
    if is_unfinished:
        tokens = tokens._replace(output=round(UNFINISHED_BYTES / BYTES_PER_TOKEN))
    return Spawn(
        f"toolu_{session.id[:8]}_{place}",
        kind,
        kind.text.format(thing=thing),
        session.at + timedelta(minutes=5 * place),
        ending,
        chance.randrange(2_000, 200_000),
        tokens,
        is_unfinished and ending is not OPEN,
    )


def _tokens(chance: random.Random, output: int) -> Tokens:
    return Tokens(
        chance.randrange(5, 200),
        chance.randrange(20, output),
        chance.randrange(1_000, 90_000),
        chance.randrange(0, 9_000),
    )
