"""Any value in any field of any log: nothing is raised, every line is accounted for, and all other logs load."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from pipelines.warehouse.embedded import EmbeddedServer
from tests.reliability.house import IS_LONG, SEED
from tests.reliability.valid_logs import FIXTURES, Fixture, fresh, ingest, told

FILES = 50  # in each run
RUNS = 220 if IS_LONG else 6
DEEP = 10_000
# What no library would write, by the word that stands for it until the line is text.
RAW = {
    "@float beyond any": "1e400",
    "@integer beyond any": "1" + "0" * 400,
    "@not a number": "NaN",
    "@infinite": "-Infinity",
    "@deep list": "[" * DEEP + "]" * DEEP,
    "@deep object": '{"content":' * DEEP + "1" + "}" * DEEP,
    "@lone surrogate": '"\\ud800"',
    "@raw NUL": '"\0"',
    "@cut": '"no end',
}
WRONG: list[Any] = [
    *(None, True, False, 0, -1, 0.5, -0.0, 1e308, 2**31, 2**40, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63)),
    *(
        "",
        " ",
        "x",
        "\0",
        "\x1b[31m",
        "\ufeff",
        "\ud7ff\ue000",
        "inherit",
        "<synthetic>",
        "async_launched",
        "x" * 20_000,
    ),
    *("1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-02-30"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 253_402_300_800, 10**400 % 10**18, "9" * 400),
    *([], {}, [[]], [{}], {"": ""}, {"text": None}, [None, 1, "x"], {"id": [], "type": {}}, [{"type": "tool_use"}]),
    *RAW,
]
DELETED = object()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values within a JSON value, but of the value itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, held in inner for each in ((*path, key), *places(held, (*path, key)))]


# (fixture, file, line, place, value): each thing that can be wrong in one place of one log
PLACES = [
    (fixture.name, name, number, place)
    for fixture in FIXTURES.values()
    for name, lines in fixture.parsed.items()
    for number, line in enumerate(lines)
    for place in places(line)
]


def changed(log: str, name: str, number: int, place: tuple[Any, ...], value: Any) -> Fixture:
    """Return the fixture with another value, or none, in one place."""
    fixture = FIXTURES[log]
    lines = fixture.parsed[name]
    target: Any = lines[number]
    for key in place[:-1]:
        target = target[key]
    if value is DELETED:
        del target[place[-1]]
    else:
        target[place[-1]] = value
    text = json.dumps(lines[number], separators=(",", ":"))
    for word, raw in RAW.items():
        text = text.replace(json.dumps(word), raw)
    return Fixture(
        fixture.name, fixture.files | {name: [*fixture.files[name][:number], text, *fixture.files[name][number + 1 :]]}
    )


@seed(SEED)
@settings(
    max_examples=RUNS,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(
    wrongs=st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from([*WRONG, DELETED])), min_size=FILES, max_size=FILES
    )
)
def test_a_wrong_value_in_any_place_harms_no_other_log(postgres: EmbeddedServer, wrongs: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name, fresh(postgres) as warehouse:
        folder = Path(name)
        for number, (place, value) in enumerate(wrongs, 100):
            changed(*place, value).write(folder, number)
        for number, fixture in enumerate(FIXTURES.values(), 1):
            fixture.write(folder, number)
        ingest(warehouse, folder)
        known = told(warehouse)
    for number, fixture in enumerate(FIXTURES.values(), 1):
        assert known[number] == sound(postgres, fixture)


_sound: dict[str, list[str]] = {}


def sound(server: EmbeddedServer, fixture: Fixture) -> list[str]:
    """Return what is known of a fixture that nothing is wrong with."""
    if fixture.name not in _sound:
        with tempfile.TemporaryDirectory() as folder, fresh(server) as warehouse:
            fixture.write(Path(folder), 1)
            ingest(warehouse, Path(folder))
            _sound[fixture.name] = told(warehouse)[1]
    return _sound[fixture.name]
