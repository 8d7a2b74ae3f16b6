"""What the audits say of all outcomes: the rates by which the estimator corrects what the rules read from logs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import psycopg

from pipelines.audit.rates import PERSON, Agreement, Audited, Cell, Rates, fit_rates, share_bad_given
from pipelines.warehouse import Warehouse, named_sql

Connection = psycopg.Connection[Any]
FIRST_LOG_PRECEDENCE = 30  # of the outcome rules: those before it are a person's word, or the program's own
CLASSES = ("success", "doubted", "failure")
ANY = "*"
MOST_LIMIT = 1e6


class StoredAudit(NamedTuple):
    """One row of learning.audits, with the spawn's agent and model."""

    task: UUID
    agent: str
    model: str
    judge: str
    probability: float
    observed: str
    verdict: str
    fault: str | None
    confidence: float

    @property
    def is_outcome(self) -> bool:
        """Tell whether it says how an outcome went that counts for the agent."""
        return self.observed in CLASSES and self.verdict != "unclear" and self.fault in (None, "agent")

    @property
    def cell(self) -> Cell:
        """Return its cell."""
        return Cell(self.agent, self.model, self.observed)  # type: ignore[arg-type]


@dataclass(frozen=True)
class CorrectionReport:
    """What the night knows of its own labels."""

    audits: int = 0
    by_person: int = 0
    unclear: int = 0
    observed_success: float | None = None
    corrected_success: float | None = None
    corrected_low: float | None = None
    corrected_high: float | None = None


def correct_outcomes(warehouse: Warehouse) -> CorrectionReport:
    """Replace `learning.outcome_rates` and `learning.audit_rates`, in one transaction."""
    with warehouse.connect() as connection:
        rows = connection.execute(named_sql(__file__, "count_observed")).fetchall()
        count = {Cell(*row[:3]): float(row[3]) for row in rows}
        audits = read_audits(connection)
        rates = _fit(audits, count)
        _write_rates(connection, rates, count)
        _write_probabilities(connection, rates, audits)
        _write_summary(connection, rates, count, audits)
    decided = _deciding(audits)
    report = CorrectionReport(
        len({each.task for each in audits}),
        len({each.task for each in audits if each.judge == PERSON}),
        len({each.task for each in audits} - {each.task for each in decided}),
    )
    if not count:
        return report
    draws = rates.corrected(count)
    low, high = np.quantile(draws, [0.05, 0.95])
    figures = (_observed(count), float(draws.mean()), float(low), float(high))
    return CorrectionReport(report.audits, report.by_person, report.unclear, *figures)


def read_audits(connection: Connection) -> list[StoredAudit]:
    """Return all audits."""
    return [StoredAudit(*row) for row in connection.execute(named_sql(__file__, "select_audits"))]


def rates_of(connection: Connection, cells: Iterable[Cell]) -> Rates:
    """Return the rates of these cells, as the audits so far have them."""
    return _fit(read_audits(connection), cells)


def agreement_of(audits: Sequence[StoredAudit]) -> dict[str, Agreement]:
    """Return for each judge how its verdicts agree with a person's, where both are clear."""
    person = {each.task: each for each in audits if each.judge == PERSON and each.verdict != "unclear"}
    counted: dict[str, list[int]] = {}
    for each in audits:
        theirs = person.get(each.task)
        if each.judge != PERSON and theirs and each.verdict != "unclear":
            judge_bad, person_bad = _is_bad(each), _is_bad(theirs)
            place = 0 if judge_bad and person_bad else 1 if judge_bad else 2 if person_bad else 3
            counted.setdefault(each.judge, [0, 0, 0, 0])[place] += 1
    return {judge: Agreement(*numbers) for judge, numbers in counted.items()}


def _is_bad(audit: StoredAudit) -> bool:
    return audit.verdict == "bad" and audit.fault in (None, "agent")


def _deciding(audits: Iterable[StoredAudit]) -> list[StoredAudit]:
    """Return one clear audit of each spawn: a person's, else the surest."""
    best: dict[UUID, StoredAudit] = {}
    for each in sorted(audits, key=lambda audit: (audit.judge != PERSON, -audit.confidence, audit.judge)):
        if each.verdict != "unclear":
            best.setdefault(each.task, each)
    return list(best.values())


def _fit(audits: Sequence[StoredAudit], cells: Iterable[Cell]) -> Rates:
    chance: dict[UUID, float] = {}  # a spawn that was drawn keeps its chance where a person looks at it too
    for each in audits:
        if each.judge != PERSON:
            chance[each.task] = max(each.probability, chance.get(each.task, 0.0))
    looked_at = [
        Audited(each.cell, each.verdict == "bad", chance.get(each.task, each.probability), each.judge)
        for each in _deciding(audits)
        if each.is_outcome
    ]
    return fit_rates(looked_at, cells, agreement_of(audits))


def _write_rates(connection: Connection, rates: Rates, count: dict[Cell, float]) -> None:
    # What moves all agents and models alike says nothing of which to choose: it is left out of the limit.
    rows = [
        (*cell, float(share), float(min(limit, MOST_LIMIT)), float(audits))
        for cell, share, limit, audits in zip(rates.cells, rates.mean(), rates.limits(), rates.audits, strict=True)
        if cell in count
    ]
    connection.execute(named_sql(__file__, "clear_rates"))
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "insert_rate"), rows)


def _write_probabilities(connection: Connection, rates: Rates, audits: Sequence[StoredAudit]) -> None:
    share = dict(zip(rates.cells, rates.mean(), strict=True))
    rows = []
    for each in audits:
        is_counted = each.verdict != "unclear" and each.fault in (None, "agent")
        expected = float(share.get(each.cell, 0.5)) if each.observed in CLASSES else 0.5
        bad = share_bad_given(each.verdict == "bad", expected, each.judge)
        rows.append({"task_id": each.task, "judge": each.judge, "probability": 1 - bad if is_counted else None})
    with connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "set_probability"), rows)


def _write_summary(
    connection: Connection, rates: Rates, count: dict[Cell, float], audits: Sequence[StoredAudit]
) -> None:
    """Write a row for each agent and model, for each of them over the other, and for all."""
    groups = {key for cell in count for key in _groups(cell.agent, cell.model)}
    of_group: dict[tuple[str, str], Counter[str]] = {group: Counter() for group in groups}
    decided = {each.task: each for each in _deciding(audits)}
    for task in {each.task: each for each in audits}.values():
        best = decided.get(task.task, task)
        for group in _groups(best.agent, best.model):
            tally = of_group.setdefault(group, Counter())
            tally["audits"] += 1
            tally["person"] += best.judge == PERSON
            tally["bad"] += _is_bad(best)
            tally["unclear"] += best.verdict == "unclear"
    connection.execute(named_sql(__file__, "clear_audit_rates"))
    with connection.cursor() as cursor:
        for group in sorted(groups):
            within = {cell: number for cell, number in count.items() if group in _groups(cell.agent, cell.model)}
            called_good = {cell: number for cell, number in within.items() if cell.observed != "failure"}
            draws, missed = rates.corrected(within), 1 - rates.corrected(called_good)
            tally = of_group[group]
            limit = min(rates.limit_of(within), MOST_LIMIT)
            cursor.execute(
                named_sql(__file__, "insert_audit_rate"),
                [
                    *group,
                    int(sum(within.values())),
                    _observed(within),
                    *_summary(draws),
                    *(_summary(missed) if called_good else (0.0, 0.0, 0.0)),
                    limit,
                    *(tally[name] for name in ("audits", "person", "bad", "unclear")),
                ],
            )


def _groups(agent: str, model: str) -> set[tuple[str, str]]:
    return {(agent, model), (agent, ANY), (ANY, model), (ANY, ANY)}


def _observed(count: dict[Cell, float]) -> float:
    good = sum(number for cell, number in count.items() if cell.observed != "failure")
    return good / max(sum(count.values()), 1.0)


def _summary(draws: Any) -> tuple[float, float, float]:
    low, high = np.clip(np.quantile(draws, [0.05, 0.95]), 0, 1)
    return float(np.clip(draws.mean(), 0, 1)), float(low), float(high)
