import csv
import re

import pytest
import yaml

from pipelines.marts.invoke_dbt import PROJECT_FOLDER
from pipelines.marts.parsed_project import dbt_variables
from pipelines.settings import Settings
from recommender.work_types import WORK_TYPE_NAMES


def test_the_settings_and_the_project_have_the_same_defaults() -> None:
    project = yaml.safe_load((PROJECT_FOLDER / "dbt_project.yml").read_text(encoding="utf-8"))
    variables = dbt_variables(Settings())
    built_by = variables.pop("built_by")
    assert built_by
    assert variables == {name: project["vars"][name] for name in variables}
    assert dbt_variables(Settings())["built_by"] == built_by
    assert dbt_variables(Settings(pseudonyms=True))["built_by"] != built_by


def test_people_and_the_recommender_call_work_types_alike() -> None:
    with (PROJECT_FOLDER / "seeds" / "work_types.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["work_type"]: row["work_type_name"] for row in csv.DictReader(lines)} == WORK_TYPE_NAMES


def test_what_the_user_chose_reaches_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAWNWISE_WINDOWS", "14,60")
    monkeypatch.setenv("SPAWNWISE_OVERLOADED_MIN_TASKS", "20")
    variables = dbt_variables(Settings())
    assert variables["windows"] == [14, 60]
    assert variables["overloaded_min_tasks"] == 20


def test_what_is_parsed_depends_on_no_variable() -> None:
    """One parse serves all settings: a variable may stand in SQL and in hooks, which are rendered as they run."""
    for file in sorted(PROJECT_FOLDER.rglob("*")):
        if file.suffix in {".yml", ".sql"} and "target" not in file.parts:
            text = file.read_text(encoding="utf-8")
            calls = re.findall(r"\{\{\s*config\(.*?\}\}\s", text, re.DOTALL)
            parsed = text if file.suffix == ".yml" else "".join(calls)
            assert not re.search(r"\bvar\(", parsed), file


def test_every_model_has_its_properties_beside_it_and_says_its_grain() -> None:
    for model in sorted(PROJECT_FOLDER.glob("models/*/*.sql")):
        (properties,) = yaml.safe_load(model.with_suffix(".yml").read_text(encoding="utf-8"))["models"]
        assert properties["name"] == model.stem
        assert "one row per" in properties["description"].lower(), model.stem


def test_every_mart_is_contracted_and_tested_on_its_grain() -> None:
    for model in sorted(PROJECT_FOLDER.glob("models/marts/*.sql")):
        document = yaml.safe_load(model.with_suffix(".yml").read_text(encoding="utf-8"))
        (properties,) = document["models"]
        assert all({"name", "data_type", "description"} <= column.keys() for column in properties["columns"]), (
            model.stem
        )
        has_key = any("unique" in column.get("data_tests", []) for column in properties["columns"])
        assert has_key or "unique_grain" in properties["data_tests"][0], model.stem
        assert document["unit_tests"], model.stem
