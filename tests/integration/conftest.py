import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import Settings

PARSED = "partial_parse.msgpack"


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what dbt has parsed is kept from test to test."""
    return tmp_path_factory.mktemp("parsed") / PARSED


@pytest.fixture(autouse=True)
def project_is_parsed_once(
    request: pytest.FixtureRequest, nobodys_settings: None, parsed_project: Path
) -> Iterator[None]:
    """Lend the home of a test what an earlier one has parsed: dbt parses its project for longer than it builds it."""
    if "warehouse" not in request.fixturenames:
        yield
        return
    target = Settings().dbt_folder / "target"
    if parsed_project.exists():
        target.mkdir(parents=True)
        shutil.copy(parsed_project, target / PARSED)
    yield
    if (target / PARSED).exists():
        shutil.copy(target / PARSED, parsed_project)
