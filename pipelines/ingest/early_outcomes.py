"""How the spawns that were just read went, at once: by the SQL that dbt builds its models from, on these spawns alone.

The nightly run derives all outcomes again, with the judge's and people's words; until then these stand.
"""

import csv
import json
import uuid
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from pipelines.warehouse import named_sql, uuid_array

PROJECT = Path(__file__).parents[2] / "dbt_project"
# In the order in which each selects from those before it.
MODELS = (
    "staging/stg_learning__task_history",
    "staging/stg_learning__outcome_signals",
    "intermediate/int_outcome_evidence",
    "intermediate/int_task_outcomes",
)
MACROS = ("is_time_possible", "person")  # files of those that these models use
SOURCES = {"task_history": "read_spawns", "outcome_signals": "read_signals"}


def write_outcomes(connection: psycopg.Connection[Any], tasks: Collection[uuid.UUID]) -> None:
    """Write how these spawns went."""
    if tasks:
        update_outcomes(connection, _models_on("outcomes_of_spawns"), {"tasks": uuid_array(tasks), "rules": _rules()})


def stage_outcomes(connection: psycopg.Connection[Any], tasks: Collection[uuid.UUID]) -> None:
    """Fill `staged_outcomes` with how these spawns went, of which rows and signals are staged.

    So a new row is written once, and whole: another version of it would enter every index again.
    """
    statement = (
        f"insert into staged_outcomes\n{_models_on('outcomes_of_staged')}\n{named_sql(__file__, 'select_outcomes')}"
    )
    connection.execute(statement, {"tasks": uuid_array(tasks), "rules": _rules()})


def update_outcomes(connection: psycopg.Connection[Any], models: str, parameters: dict[str, Any] | None = None) -> int:
    """Give spawns the outcomes of `int_task_outcomes`, which `models` defines; return how many rows changed.

    `models` is a `with` clause, of ours and not of anybody's input.
    """
    statement = f"{models}\n{named_sql(__file__, 'update_outcomes')}"
    return connection.execute(statement, parameters).rowcount


def _models_on(spawns: str) -> str:
    """Return the `with` clause of the models on the spawns and signals that a statement names."""
    return ",\n".join((named_sql(__file__, "outcome_rules"), named_sql(__file__, spawns), outcome_models()))


@cache
def outcome_models() -> str:
    """Return the models as parts of a `with` clause: sources and models are referred to by their names."""
    import jinja2
    import yaml

    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PROJECT), undefined=jinja2.StrictUndefined)
    environment.globals.update(ref=str, var=variables.__getitem__, source=lambda _, table: SOURCES[table])
    # What is here is all there is, and all of it changed.
    environment.globals.update(config=lambda **_: "", is_changed=lambda *_, **__: "true")
    for name in MACROS:
        macros = vars(environment.get_template(f"macros/{name}.sql").module)
        environment.globals.update({macro: called for macro, called in macros.items() if callable(called)})
    parts = [
        f"{path.partition('/')[2]} as ({environment.get_template(f'models/{path}.sql').render()})" for path in MODELS
    ]
    return ",\n".join(parts).replace("%", "%%")


@cache
def _rules() -> str:
    with (PROJECT / "seeds" / "outcome_rules.csv").open(encoding="utf-8", newline="") as lines:
        return json.dumps([{name: value or None for name, value in rule.items()} for rule in csv.DictReader(lines)])
