"""The package as people install it: built, and run from clean environments outside the repository."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from recommender.commands.registry import COMMANDS

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
ARGUMENTS = {"recommend": ["x"], "explain": ["x"], "sql": ["select 1"], "trial": ["list"], "purge": ["--all", "--yes"]}
ARGUMENTS |= {"export": ["exported"], "record": ["x", "--agent", "a", "--model", "haiku"], "feedback": ["last", "good"]}
ARGUMENTS |= {"completion": ["bash"], "install": ["--dry-run"], "uninstall": ["--dry-run"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(["uv", "build", "--quiet", "--out-dir", folder, ROOT], check=True)
    return folder


@pytest.fixture(scope="module", params=["", "[learn]"], ids=["bare", "learn"])
def installed(request: pytest.FixtureRequest, built: Path) -> Iterator[tuple[str, Run]]:
    """Yield the extra that is installed in an environment of its own, and how to run `spawnwise` there."""
    folder = Path(tempfile.mkdtemp(prefix="spawnwise-clean-"))
    folder.chmod(0o755)  # root's embedded Postgres runs as another user
    subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    (wheel,) = built.glob("*.whl")
    install = ["uv", "pip", "install", "--quiet", "--constraint", ROOT / "requirements.lock", f"{wheel}{request.param}"]
    subprocess.run(install, check=True, env={**os.environ, "VIRTUAL_ENV": str(folder / "venv")})
    environment = {"PATH": os.environ["PATH"], "SPAWNWISE_HOME": str(folder / "home"), "HOME": str(folder)}
    command = partial(subprocess.run, capture_output=True, text=True, check=False, cwd=folder, env=environment)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return command([folder / "venv" / "bin" / "spawnwise", *arguments], input="")

    yield request.param, run
    shutil.rmtree(folder, ignore_errors=True)


def test_every_command_runs_or_says_which_extra_it_needs(installed: tuple[str, Run]) -> None:
    has, run = installed
    for name, command in COMMANDS.items():
        if name in ("learn", "ui", "docs", "db") and f"[{command.extra}]" == has:
            continue  # long, or without end; `learn` is run below
        result = run(name, *ARGUMENTS.get(name, []))
        told = result.stdout + result.stderr
        assert "Traceback" not in told, name
        if command.extra and f"[{command.extra}]" != has:
            assert (result.returncode, f"spawnwise[{command.extra}]" in told) == (2, True), name
        elif name != "completion":  # which says what it leaves out
            assert "not installed" not in told, name


def test_learning_from_the_sample_ends_in_an_answer(installed: tuple[str, Run]) -> None:
    has, run = installed
    learned = run("learn", "--json")
    if not has:
        assert (learned.returncode, "spawnwise[learn]" in learned.stderr) == (2, True)
        return
    assert learned.returncode == 0, learned.stderr
    assert '"source": "' in run("recommend", "Write unit tests for the parser", "--json").stdout


def test_the_archives_hold_what_runs_and_nothing_else(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        folders = {name.partition("/")[0] for name in archive.namelist()}
    assert {name for name in folders if not name.endswith(".dist-info")} == {"dbt_project", "pipelines", "recommender"}
    with tarfile.open(sdist) as archive:
        held = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert not held & {"build", "dist", ".venv", "target"}
