"""How tests are dealt out to workers: a file to one of them, and all files that need one expensive home to the same.

The groups of xdist (`--dist loadgroup`) are written into the ids of tests, which pytest 9.2 no longer allows:
https://github.com/pytest-dev/pytest-xdist/issues/1386
"""

from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

SHARED_HOME = "undisturbed"


class ByFile(LoadScopeScheduling):
    """Deal out files, in the order of the tests as collected."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        self.root = config.rootpath

    def _split_scope(self, nodeid: str) -> str:
        file = self.root / nodeid.split("::", 1)[0]
        return SHARED_HOME if needs_shared_home(file) else str(file)


@cache
def needs_shared_home(file: Path) -> bool:
    """Tell whether a file's tests ask for the home that takes a minute to make."""
    return SHARED_HOME in file.read_text()
