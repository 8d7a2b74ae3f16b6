"""Rate the spawns that the logs leave open, within the night's budget; what was asked once is not asked again."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from pipelines.judge.chat import Judge, JudgeError, Judgement
from pipelines.judge.evidence import evidence
from pipelines.progress import Progress
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, named_sql

Connection = psycopg.Connection[Any]


@dataclass
class JudgeReport:
    """What the judge did tonight."""

    is_on: bool = False
    open_spawns: int = 0
    without_evidence: int = 0
    asked: int = 0
    from_cache: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class OpenSpawn(NamedTuple):
    """A spawn whose outcome is unknown or doubtful, and the logs that tell of it."""

    task_id: UUID
    task: str
    source_key: str
    agent_run_id: str | None
    logs: list[str]


def judge_spawns(warehouse: Warehouse, settings: Settings, progress: Progress) -> JudgeReport:
    """Ask about open spawns, the least known first, and store verdicts and signals; each answer commits at once.

    Off unless `judge_model` is set. A judge that fails ends the night's asking; it is an error in the report only.
    """
    report = JudgeReport(is_on=bool(settings.judge_model))
    if not report.is_on:
        return report
    progress.stage("Ask the judge")
    try:
        judge = Judge(settings)
        with warehouse.connect(autocommit=True) as connection:
            connection.execute(named_sql(__file__, "forget_other_judges"), {"version": judge.version})
            _judge_all(connection, judge, settings, report, progress)
    except JudgeError as error:
        report.errors.append(str(error))
    return report


def _judge_all(
    connection: Connection, judge: Judge, settings: Settings, report: JudgeReport, progress: Progress
) -> None:
    wanted = {"version": judge.version, "below": settings.judge_below_confidence}
    spawns = [OpenSpawn(*row) for row in connection.execute(named_sql(__file__, "open_spawns"), wanted)]
    report.open_spawns = len(spawns)
    for spawn in spawns:
        if report.asked >= settings.judge_budget:
            break
        shown = evidence(map(Path, spawn.logs), spawn.source_key, spawn.agent_run_id)
        if shown is None:
            report.without_evidence += 1
            continue
        judgement = _answer(connection, judge, spawn, shown, report)
        report.verdicts[judgement.verdict] = report.verdicts.get(judgement.verdict, 0) + 1
        progress.update(report.asked, settings.judge_budget, "answers")


def _answer(connection: Connection, judge: Judge, spawn: OpenSpawn, shown: str, report: JudgeReport) -> Judgement:
    asked = hashlib.sha256(f"{spawn.task}\n{shown}".encode()).hexdigest()
    key = {"version": judge.version, "input_hash": asked}
    cached = connection.execute(named_sql(__file__, "cached_judgement"), key).fetchone()
    judgement = Judgement(*cached) if cached else judge.ask(spawn.task, shown)
    report.from_cache += bool(cached)
    report.asked += not cached
    row = key | {"task": spawn.task_id, "verdict": judgement.verdict, "confidence": judgement.confidence}
    with connection.transaction():
        connection.execute(named_sql(__file__, "write_judgement"), row)
        connection.execute(named_sql(__file__, "write_verdict_signal"), row)
    return judgement
