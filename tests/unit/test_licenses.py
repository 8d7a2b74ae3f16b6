import re
from importlib.metadata import distribution
from pathlib import Path

from tests.support.licenses import PAGE, direct_dependencies, license_of

LOCK = Path(__file__).parents[2] / "requirements.lock"


def listed() -> dict[str, str]:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.strip("*"): words for words, names in rows for name in names.split(", ")}


def test_each_dependency_of_ours_is_listed_with_the_license_that_it_states() -> None:
    known, direct = listed(), direct_dependencies()
    assert {"numpy", "dagster", "mcp", "distributed", "pyarrow"} <= direct
    assert {name: known.get(name) for name in direct} == {name: license_of(distribution(name)) for name in direct}


def test_no_package_is_listed_that_is_not_locked() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed().keys() - {"packages"} <= locked
