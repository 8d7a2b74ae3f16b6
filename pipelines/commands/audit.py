"""`spawnwise audit list|show|run`: second looks at how spawns went, by a judge or a person."""

import argparse
import json
import sys

import psycopg
from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.audit.answers import audits_of, newest_audits
from pipelines.audit.audit_spawns import AuditReport, audit_spawns
from pipelines.commands.console import progress_on, table_console
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from recommender.reasons import percent
from recommender.terminal import add_json_argument, printable

LISTED = 50
OFF = (
    "No judge is set, so nothing is sent anywhere. Set SPAWNWISE_JUDGE=claude-code for your own Claude Code, or "
    "SPAWNWISE_JUDGE=chat and SPAWNWISE_JUDGE_MODEL; or look yourself: `spawnwise review`."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = commands.add_parser("list", help="what was judged, the newest first")
    listed.add_argument("--all", action="store_true", help=f"more than the newest {LISTED}")
    shown = commands.add_parser("show", help="what a judge was sent of a spawn, and what it answered")
    shown.add_argument("id", metavar="ID", help="of the spawn, or its beginning; or of its tool call")
    ran = commands.add_parser("run", help="ask the judge now, within the budget of a night")
    for command in (listed, shown, ran):
        add_json_argument(command)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; return 1 where there is no such audit, or the judge does not answer."""
    settings = Settings()
    with Warehouse.open(settings) as warehouse:
        if arguments.action == "run":
            return _run(warehouse, settings, as_json=arguments.json)
        if arguments.action == "show":
            return _show(warehouse, arguments.id, as_json=arguments.json)
        return _list(warehouse, None if arguments.all else LISTED, as_json=arguments.json)


def _run(warehouse: Warehouse, settings: Settings, *, as_json: bool) -> int:
    try:
        with progress_on(sys.stderr) as progress:
            report = audit_spawns(warehouse, settings, progress)
    except psycopg.errors.UndefinedTable:
        print("Nothing has been learned yet: run `spawnwise learn` first.", file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(vars(report)))
    else:
        print(printable(_in_words(report)))
    for error in report.errors:
        print(printable(error), file=sys.stderr)
    return 1 if report.errors or report.judge == "off" else 0


def _in_words(report: AuditReport) -> str:
    if report.judge == "off" and not report.errors:
        return OFF
    counted = ", ".join(f"{number} {verdict}" for verdict, number in sorted(report.verdicts.items())) or "none"
    cached = f" ({report.from_cache} from earlier answers)" if report.from_cache else ""
    gone = f" Of {report.without_evidence} drawn the log is gone." if report.without_evidence else ""
    return (
        f"{report.judge}: {counted}{cached}, for ${report.cost_usd:.3f}; {report.candidates} were open.{gone}\n"
        "`spawnwise audit list` shows them, `spawnwise learn` counts them."
    )


def _list(warehouse: Warehouse, most: int | None, *, as_json: bool) -> int:
    rows = newest_audits(warehouse, most)
    if as_json:
        print(json.dumps([{name: value for name, value in row.items() if name != "task_title"} for row in rows]))
        return 0
    if not rows:
        print(f"Nothing has been judged yet. {OFF if Settings().judge == 'off' else 'The next night will.'}")
        return 0
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("spawn", "agent", "model", "rules", "verdict", "fault", "by", "drawn with"):
        table.add_column(name)
    for row in rows:
        cells = (row["task_id"][:8], row["agent_used"], row["model_used"], row["observed"], row["verdict"])
        drawn = "chosen" if row["judge"] == "person" else percent(row["probability"])
        table.add_row(*(Text(printable(str(cell or ""))) for cell in (*cells, row["fault"], row["judge"], drawn)))
    table_console().print(table)
    print("`spawnwise audit show SPAWN` shows what was sent.")
    return 0


def _show(warehouse: Warehouse, name: str, *, as_json: bool) -> int:
    rows = audits_of(warehouse, name)
    if len({row["task_id"] for row in rows}) != 1:
        which = "Several audited spawns begin" if rows else "No audited spawn begins"
        print(printable(f"{which} with {name}. `spawnwise audit list` has their ids."), file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        said = f"{row['judge']}: {row['verdict']}" + (f", {row['fault']}'s fault" if row["fault"] else "")
        print(printable(f"{said}, confidence {row['confidence']:.2f}, ${row['cost_usd']:.4f}, {row['judged_at'][:16]}"))
        if row["why_unclear"]:
            print(f"  unclear: {printable(row['why_unclear'])}")
        if row["quotation"]:
            print(f"  quoted: {printable(row['quotation'])}")
    print("\nSent:\n" + printable(rows[0]["evidence"]))
    return 0
