"""What a source tells of spawns: the typed things that `fold` adds to facts.

Every observation names the spawn (or the agent's run) that it is of by `key`, which is the source's own and the same in
whatever file, copy or night it is seen. `rank` tells which of several statements to believe, 0 first.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pipelines.ingest.spawn_record import SpawnRecord  # its checks take long to import, and most need none

WORKFLOW = "Workflow"  # the tool whose agents are spawned by no call of their own


class Call(NamedTuple):
    """An agent is asked for: which, to do what, on which model. What was called is a spawn."""

    key: str
    at_ms: int
    agent: str
    task: str
    title: str = ""
    requested: str = ""  # the model, in the call's own words
    parent_model: str = ""  # of the message that holds the call
    project: str = ""
    version: str = ""  # of the program that wrote the log
    tool: str = ""
    is_background: bool | None = None
    resumes: str = ""  # the id of an agent that goes on
    prompt_key: str = ""  # ties an agent's run to the call where neither names the other
    effort: str = ""  # that is asked for
    message: str = ""  # the id of the message that holds the call, as `Message` has it
    rank: int = 0


class Return(NamedTuple):
    """What came back from a call: an end (rank 0), or word that the agent was launched (rank 1)."""

    key: str
    at_ms: int
    rank: int
    status: str = ""
    is_error: bool | None = None
    error: str = ""
    agent_id: str = ""
    agent_type: str = ""
    resolved: str = ""  # the model that the result names
    duration_ms: int | None = None
    tokens: int | None = None
    tool_uses: int | None = None


class End(NamedTuple):
    """Word from elsewhere that the agent has ended, and the signal that it stands for."""

    key: str
    at_ms: int
    line: int
    file: str
    signal: str
    rank: int = 0
    status: str = ""
    error: str | None = None
    duration_ms: int | None = None
    tokens: int | None = None
    tool_uses: int | None = None
    is_teammates: bool | None = None  # the report of a team's agent, of which only the latest counts


class Described(NamedTuple):
    """What stands beside an agent's log about it."""

    key: str
    agent_type: str = ""
    model: str = ""
    title: str = ""
    is_model_named: bool | None = None  # by the caller who spawned the agent
    effort: str = ""
    spawn_depth: int | None = None
    is_finished: bool | None = None
    is_fork: bool | None = None
    at_ms: int = 0
    rank: int = 0


class Applied(NamedTuple):
    """A hook has changed the call: what it left there. Of several the last one counts."""

    key: str
    at_ms: int
    rank: int  # by time, backwards
    by: str  # spawnwise or other
    model: str = ""
    effort: str = ""


class Began(NamedTuple):
    """The first line of an agent's own log."""

    key: str
    at_ms: int
    prompt_key: str
    version: str = ""
    rank: int = 0


class Last(NamedTuple):
    """The latest message of an agent's own log: the outage that it is, or what its last words stand for."""

    key: str
    at_ms: int
    rank: int
    outage: str = ""
    signal: str = ""
    file: str = ""
    line: int | None = None


class Sent(NamedTuple):
    """The latest request of an agent: the model and the effort that it names, answered or not."""

    key: str
    at_ms: int
    rank: int
    model: str
    effort: str = ""


class Reading(NamedTuple):
    """Who read the log of a spawn or a main conversation, where: rank 0 where a setting names the user."""

    key: str
    rank: int
    user: str = ""
    host: str = ""
    repository: str = ""
    at_ms: int = 0


class Message(NamedTuple):
    """A message of the agent with its tokens; `input_tokens` lacks those of the cache.

    Where an id may be that of several messages, something that tells them apart follows it behind a space.
    In this order, from `is_final` on, the largest of its copies was written last.
    """

    key: str
    id: str
    is_final: int  # 1 where it was seen to its end, 0 while it still streamed
    output_tokens: int
    at_ms: int
    model: str
    input_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0  # among those written
    speed: str = ""
    region: str = ""
    effort: str = ""
    tier: str = ""
    web_searches: int = 0
    said: Mapping[str, int] = {}  # estimated tokens of its parts that can be seen, where it is not final


class Sign(NamedTuple):
    """A sign of how the spawn went, by the names in outcome_rules.csv."""

    key: str
    kind: str
    at_ms: int
    file: str
    line: int


class Seen(NamedTuple):
    """The spawn belongs to a session, an agent's run or a parent; or its agent used a tool."""

    key: str
    field: Literal["sessions", "agents", "parents", "tools"]
    member: str
    at_ms: int


class Told(NamedTuple):
    """A whole spawn in the words of somebody who knows it, who may say less or more of it later.

    Field by field the word of the smallest rank counts, of these the latest `version`: a number that grows with what
    the teller knew. On what was asked (the call's side) `asked_rank` counts instead.
    """

    key: str
    record: "SpawnRecord"
    file: str
    line: int
    version: int
    rank: int = 0
    asked_rank: int = 0
    parent: str = ""  # its key
    model_seen: str = "observed"  # or "recorded": by the word of a program, which is not seen at work
    is_whole: bool = False  # what is left out is not so, rather than as told before
    reported_tokens: int | None = None  # a sum of which the parts are not known


Observation = Call | Return | End | Described | Applied | Began | Last | Sent | Reading | Message | Sign | Seen | Told
