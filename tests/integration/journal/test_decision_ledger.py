"""What became of a decision is told apart: not every answer that did not run was ignored."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from psycopg import Connection, sql

from pipelines.commands.stats import COMPLIANCE
from pipelines.journal.advice import advice_followed
from pipelines.warehouse import Warehouse


class Case(NamedTuple):
    """A decision of haiku for opus, the spawn as its log tells it (None: not read), and what became of it."""

    compliance: str
    decision: dict[str, Any]
    spawn: Mapping[str, Any] | None = MappingProxyType({})
    signal: str = "result_returned"


WROTE = {"applied_model": "haiku"}
OPUS = {"model_used": "opus"}
CASES = (
    Case("followed", WROTE, {"is_model_named": True}),
    Case("followed", {"mode": "library"}),
    Case("followed", {"answered_effort": "low", **WROTE}, {"effort_used": "low"}),
    # Seen: with CLAUDE_CODE_SUBAGENT_MODEL_FORCE, three of three counted as ignored.
    Case("forced", {"obstacle": "forced", "baseline_source": "forced", "is_change": False}, OPUS),
    Case("forced", WROTE, OPUS | {"is_model_named": False, "applied_by": "spawnwise"}),
    # Seen: another plugin's hook ended later, and its call took the place of ours.
    Case("replaced_by_hook", WROTE, OPUS | {"is_model_named": False, "applied_by": "other"}),
    # An allow-list or a plan: the client saw haiku in the call and took opus.
    Case("not_available", WROTE, OPUS | {"is_model_named": True, "applied_by": "spawnwise"}),
    Case("not_available", WROTE | {"answered_effort": "low"}, {"effort_used": "high"}),
    # A deny rule, or a person.
    Case("refused", WROTE, {"model_source": "unknown", "model_used": None}, "launch_failed"),
    Case("refused", WROTE, {"model_source": "unknown", "model_used": None}, "user_rejected"),
    Case("explicit_model", {"asked_model": "opus", "obstacle": "explicit_model"}, OPUS),
    Case("explicit_model", {"asked_model": "opus"}, OPUS),  # as older journals have it
    Case("left_alone", {"obstacle": "pinned"}, OPUS),
    *(Case("left_alone", {"obstacle": why}, OPUS) for why in ("explicit_effort", "own_configuration", "fork")),
    Case("ignored", {"mode": "advise"}, OPUS),
    Case("ignored", {"mode": "library"}, OPUS),
    Case("not_told", {"mode": "audit"}, OPUS),
    Case("not_told", {}, OPUS),  # what would run was not known, so nothing was written
    Case("no_change", {"answered_model": "opus", "is_change": False}, OPUS),
    Case("no_change", {"answered_model": "opus", "is_change": False}),
    Case("model_unknown", WROTE, {"model_source": "requested"}),
    Case("not_seen", WROTE, None),
)


def insert(connection: Connection[Any], table: str, values: dict[str, Any]) -> None:
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("learning", table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    connection.execute(statement, list(values.values()))


def store(connection: Connection[Any], place: int, case: Case) -> uuid.UUID:
    task, decision, now = uuid.uuid4(), uuid.uuid4(), datetime.now(UTC)
    if case.spawn is not None:
        known = {"id": task, "source": "claude-code", "source_key": f"toolu_{place}", "created_at": now}
        known |= {"task_description": "Do it.", "task_hash": "h", "agent_used": "tester", "model_used": "haiku"}
        known |= {"model_source": "observed", "cost_usd": 0.1}
        insert(connection, "task_history", known | dict(case.spawn))
        insert(connection, "outcome_signals", {"task_id": task, "signal": case.signal})
    known = {"decision_id": decision, "decided_at": now, "agent_name": "tester", "answered_model": "haiku"}
    known |= {"mode": "enforce", "answer_source": "cluster", "is_change": True, "baseline_model": "opus"}
    known |= {"propensity": 1.0, "task_id": task if case.spawn is not None else None}
    insert(connection, "recommendation_log", known | case.decision)
    return decision


def test_every_way_that_a_decision_can_go_is_told_apart(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        stored = [store(connection, place, case) for place, case in enumerate(CASES)]
        statement = "select decision_id, compliance from learning.decision_ledger"
        became = dict(connection.execute(statement).fetchall())
    told = [(place, became[decision]) for place, decision in enumerate(stored)]
    assert told == [(place, case.compliance) for place, case in enumerate(CASES)]
    assert set(COMPLIANCE) == {case.compliance for case in CASES}

    advice = advice_followed(warehouse)
    counted = [sum(row.compliance.get(name, 0) for row in advice) for name in ("forced", "ignored", "not_seen")]
    assert counted == [2, 2, 1]
    assert sum(row.decisions for row in advice) == len(CASES)
