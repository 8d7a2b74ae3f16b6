"""Draw spawns and have them judged, within the night's budget of calls and dollars; equal evidence is judged once."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import numpy as np
import psycopg

from pipelines.audit import draw
from pipelines.audit.chat import ChatJudge
from pipelines.audit.claude_code import ClaudeCodeJudge
from pipelines.audit.correct import FIRST_LOG_PRECEDENCE, rates_of, read_audits
from pipelines.audit.evidence import Bundle, evidence
from pipelines.audit.rates import Cell, Floats, Ints, Rates
from pipelines.audit.verdict import JudgeError, Verdict
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql

Connection = psycopg.Connection[Any]
# Of these no rate is estimated, but a rule may be wrong about them too.
OTHERS = {"unknown": "doubted", "excused": "failure"}
EXCUSED = 0.25  # times likelier to be drawn than the agent's own failures
SPARE = 3  # times as many are drawn as may be judged: of some the log is gone


class Judge(Protocol):
    """Somebody who can be asked."""

    name: str

    def ask(self, evidence: str, dollars_left: float) -> Verdict:
        """Return a verdict; raises `JudgeError` where there is none."""


@dataclass
class AuditReport:
    """What was judged tonight."""

    judge: str = "off"
    candidates: int = 0
    without_evidence: int = 0
    asked: int = 0
    from_cache: int = 0
    cost_usd: float = 0.0
    verdicts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class Candidate(NamedTuple):
    """A spawn that may be drawn; `observed` is what the rules say, when it was drawn or else now."""

    task: UUID
    agent: str
    model: str
    observed: str
    cost_usd: float
    is_audited: bool

    @property
    def cell(self) -> Cell:
        """Return the cell by whose rate it is drawn."""
        return Cell(self.agent, self.model, OTHERS.get(self.observed, self.observed))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Drawn:
    """The spawns to judge, the first first, and how likely each candidate was to be drawn."""

    order: list[Candidate]
    size_of: dict[UUID, float]
    key_of: dict[UUID, float]


def audit_spawns(warehouse: Warehouse, settings: Settings, progress: Progress) -> AuditReport:
    """Draw spawns, ask the judge, store verdicts and signals; each answer commits at once.

    Off unless `judge` is set. A judge that fails, or reaches a limit, ends the night's asking; it is an error in the
    report only.
    """
    report = AuditReport()
    if settings.judge == "off" or settings.judge_calls == 0:
        return report
    progress.stage("Audit outcomes")
    try:
        judge = ClaudeCodeJudge(settings) if settings.judge == "claude-code" else ChatJudge(settings)
        report.judge = judge.name
        with warehouse.connect(autocommit=True) as connection:
            _judge_all(connection, judge, settings, report, progress)
    except JudgeError as error:
        report.errors.append(str(error))
    return report


def draw_spawns(connection: Connection, judge: str) -> Drawn:
    """Return the spawns that were not looked at yet, in the order of their draw."""
    parameters = {"judge": judge, "first_log_precedence": FIRST_LOG_PRECEDENCE}
    rows = connection.execute(named_sql(__file__, "candidates"), parameters).fetchall()
    candidates = [Candidate(row[0], row[1], row[2], row[5] or row[3], row[4], row[6]) for row in rows]
    if not candidates:
        return Drawn([], {}, {})
    size = _sizes(candidates, rates_of(connection, [each.cell for each in candidates]))
    key = -np.log([draw.number_of(each.task) for each in candidates]) / size
    order = [candidates[place] for place in np.argsort(key, kind="stable") if not candidates[place].is_audited]
    tasks = [each.task for each in candidates]
    return Drawn(order, dict(zip(tasks, map(float, size), strict=True)), dict(zip(tasks, map(float, key), strict=True)))


def look_at(connection: Connection, task: UUID) -> Bundle | None:
    """Return the evidence of a spawn; None where no log holds it any more."""
    row = connection.execute(named_sql(__file__, "spawn_with_logs"), {"task": task}).fetchone()
    return evidence([Path(log) for log in row[4]], *row[1:4]) if row else None


def store_verdict(
    connection: Connection, task: UUID, observed: str, shown: str, verdict: Verdict, judge: str, probability: float
) -> None:
    """Write a verdict, and the sign of the outcome that follows from all verdicts on the spawn."""
    row = {key: value for key, value in asdict(verdict).items() if key != "verdict"} | {"verdict": verdict.verdict}
    row |= {"task_id": task, "judge": judge, "observed": observed, "evidence": shown, "probability": probability}
    with connection.transaction():
        connection.execute(named_sql(__file__, "write_audit"), row | {"evidence_hash": hash_of(shown)})
        connection.execute(named_sql(__file__, "write_verdict_signals"), {"tasks": [task]})


def hash_of(shown: str) -> str:
    """Return the SHA-256 by which equal evidence is known."""
    return hashlib.sha256(shown.encode()).hexdigest()


def _sizes(candidates: Sequence[Candidate], rates: Rates) -> Floats:
    place_of = {cell: place for place, cell in enumerate(rates.cells)}
    place: Ints = np.array([place_of[each.cell] for each in candidates], dtype=np.int64)
    stake = np.bincount(place, weights=[each.cost_usd for each in candidates], minlength=len(rates.cells)).astype(float)
    size = draw.sizes_of(rates.cells, place, rates.mean(), stake, rates.audits)
    return np.asarray(size * [EXCUSED if each.observed == "excused" else 1.0 for each in candidates])


def _judge_all(
    connection: Connection, judge: Judge, settings: Settings, report: AuditReport, progress: Progress
) -> None:
    drawn = draw_spawns(connection, judge.name)
    report.candidates = len(drawn.order)
    judged: list[tuple[Candidate, str, Verdict]] = []
    threshold, unread = np.inf, settings.judge_calls * SPARE
    try:
        for each in drawn.order:
            if report.asked >= settings.judge_calls or report.cost_usd >= settings.judge_dollars or unread <= 0:
                threshold = drawn.key_of[each.task]  # the first that was not taken
                break
            shown = look_at(connection, each.task)
            if shown is None:
                report.without_evidence += 1
                unread -= 1
                continue
            threshold = drawn.key_of[each.task]  # where the judge fails, it was not taken
            verdict = _answer(connection, judge, shown.text(), settings, report)
            threshold = np.inf
            # Stored at once, as if it had been drawn for certain; the night's end says how likely it was.
            store_verdict(connection, each.task, each.observed, shown.text(), verdict, judge.name, _chance(drawn, each))
            judged.append((each, shown.text(), verdict))
            report.verdicts[verdict.verdict] = report.verdicts.get(verdict.verdict, 0) + 1
            progress.update(report.asked, settings.judge_calls, "answers")
    finally:
        _raise_probabilities(connection, drawn, float(threshold))


def _chance(drawn: Drawn, each: Candidate) -> float:
    """Return the least chance that a spawn had of being drawn: that its own key is the threshold."""
    return float(draw.probability(np.array([drawn.size_of[each.task]]), drawn.key_of[each.task])[0])


def _raise_probabilities(connection: Connection, drawn: Drawn, threshold: float) -> None:
    """Give each audited spawn the chance that it had tonight, where that is more than before."""
    rows = [
        {
            "task_id": task,
            "probability": 1.0
            if np.isinf(threshold)
            else float(draw.probability(np.array([drawn.size_of[task]]), threshold)[0]),
        }
        for task in {each.task for each in read_audits(connection)} & drawn.size_of.keys()
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(named_sql(__file__, "raise_probability"), rows)


def _answer(connection: Connection, judge: Judge, shown: str, settings: Settings, report: AuditReport) -> Verdict:
    key = {"judge": judge.name, "evidence_hash": hash_of(shown)}
    if cached := connection.execute(named_sql(__file__, "cached_verdict"), key).fetchone():
        report.from_cache += 1
        return replace(Verdict(*cached), cost_usd=0.0)
    verdict = judge.ask(shown, settings.judge_dollars - report.cost_usd)
    report.asked += 1
    report.cost_usd += verdict.cost_usd
    return verdict
