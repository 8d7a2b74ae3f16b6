import pytest

from pipelines.settings import Settings
from tests.conftest import lend


@pytest.fixture(autouse=True)
def some_things_are_made_once(request: pytest.FixtureRequest, nobodys_settings: None) -> None:
    """Lend the home of a test what was made once for all: dbt parses its project for longer than it builds it."""
    if {"postgres", "phases"} & set(request.fixturenames):
        lend(request.getfixturevalue("made_once"), Settings().home)
