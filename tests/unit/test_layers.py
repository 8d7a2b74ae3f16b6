"""Which room may look into which: a stage sees the ones before it, and nobody sees the commands."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PIPELINES = Path(__file__).parents[2] / "pipelines"
# In the order in which data flows, on the ground that all stand on.
GROUND = (
    "setting_values",
    "settings",
    "progress",
    "one_thread",
    "object_store",
    "warehouse",
    "table_metadata",
    "instance",
)
STAGES = ("ingest", "journal", "embed", "cluster", "audit", "estimate", "trials", "advise", "marts", "publish", "purge")
ROOF = ("notify", "schedule", "resources", "nightly_job", "definitions", "commands")
ORDER = (*GROUND, *STAGES, *ROOF)


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        yield from (name.split(".")[1] for name in names if name.startswith("pipelines."))


def room_of(module: Path) -> str:
    return module.relative_to(PIPELINES).parts[0].removesuffix(".py")


MODULES = sorted(path for path in PIPELINES.rglob("*.py") if room_of(path) != "__init__")


def test_every_room_has_its_place() -> None:
    assert {room_of(module) for module in MODULES} <= set(ORDER)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PIPELINES)))
def test_no_module_imports_from_a_later_stage(module: Path) -> None:
    place = ORDER.index(room_of(module))
    assert not [room for room in imports(module) if ORDER.index(room) > place]
