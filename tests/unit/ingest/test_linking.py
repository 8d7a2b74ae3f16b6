"""Which part of an agent's log is whose, where several spawns had it work."""

import pytest

from pipelines.ingest.facts import Facts, see, state
from pipelines.ingest.join import link


def _spawn(at_ms: int) -> Facts:
    facts: Facts = {}
    state(facts, "call", 0, at_ms, {"agent": "builder"})
    see(facts, "sessions", "s", at_ms)
    see(facts, "agents", "a1", at_ms)
    return facts


@pytest.mark.parametrize(("at_ms", "owner"), [(150, "first"), (250, "second")])
def test_an_outage_is_of_the_spawn_in_whose_time_the_agents_log_ends(at_ms: int, owner: str) -> None:
    run: Facts = {}
    state(run, "last", -at_ms, at_ms, {"outage": "api_error"})
    linked = link({"first": _spawn(100), "second": _spawn(200), "agent:s:a1": run})
    assert [spawn.key for spawn in linked if "last" in spawn.facts] == [owner]
