"""Plant a team, read everybody's logs into one server, learn, and compare the README's answers with what was planted.

python -m tests.benchmarks.team [--people 40] [--projects 12] [--spawns 20000] [--database URL]

Each person's machine pushes; the last person's learns. Without a URL of an empty database, an embedded server is made.
Figures go to build/bench-team.json.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from pipelines.warehouse.embedded import EmbeddedServer
from tests.support.team.answers import differences, questions
from tests.support.team.logs import write_logs, write_specs
from tests.support.team.plan import FAMILY, KINDS, Team, planted_team

RESULTS = Path("build/bench-team.json")
COMMAND = [sys.executable, "-m", "recommender.cli"]
OTHERS = """
select md5(string_agg(source_key || coalesce(model_used, '') || coalesce(cost_usd::text, ''), ',' order by source_key))
from learning.task_history where user_name <> %s
"""
PUBLISHED = "select agent_name, baseline_model, tasks_observed from serving.best_model_per_cluster"
PROPOSED = """
select agent_name, baseline_model, candidate_model, candidate_effort is distinct from baseline_effort
from marts.trials where state = 'proposed'
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, read, learn, compare; return 1 where an answer is not what was planted."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.team", description=__doc__.split("\n\n")[0])
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--projects", type=int, default=12)
    parser.add_argument("--spawns", type=int, default=20_000)
    parser.add_argument("--database", default=None, help="an empty database; default: an embedded server's")
    options = parser.parse_args(arguments)
    team = planted_team(options.people, options.projects, options.spawns)
    with tempfile.TemporaryDirectory(prefix="spawnwise-bench-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        work.chmod(0o755)  # root's embedded server runs as another user
        with server(work, options.database) as url:
            figures = measured(team, work, url)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 1 if any(figures["wrong"].values()) or not figures["others_unchanged"] else 0


@contextlib.contextmanager
def server(work: Path, url: str | None) -> Iterator[str]:
    """Yield the URL of the one server."""
    if url:
        yield url
        return
    with EmbeddedServer(work / "postgres") as embedded:
        yield embedded.dsn("postgres")


def measured(team: Team, work: Path, url: str) -> dict[str, Any]:
    """Have everybody's machine read, then compare; print what is found as soon as it is."""
    *machines, (last, home) = write_logs(team, work / "homes").items()
    write_specs(work / "specs")
    begun, spent = time.perf_counter(), sum(os.times()[2:4])
    for person, logs in machines:
        run(work, url, person, "push", "--logs", str(logs))
    print(f"{len(machines)} machines pushed in {sum(os.times()[2:4]) - spent:.0f} s of CPU", flush=True)
    with Warehouse.open(Settings(DATABASE_URL=url)) as warehouse:
        before = _of_others(warehouse, last)
        run(work, url, last, "learn", "--quiet", "--logs", str(home), "--specs", str(work / "specs"))
        wrong = compared(team, warehouse)
        is_unchanged = before == _of_others(warehouse, last)
    figures = {
        "spawns": sum(1 for _ in team.spawns()),
        "seconds": time.perf_counter() - begun,
        "cpu_seconds_ours": sum(os.times()[2:4]) - spent,
        "others_unchanged": is_unchanged,
        "wrong": wrong,
    }
    print(f"others unchanged by the last one's run: {is_unchanged}; {figures['cpu_seconds_ours']:.0f} s of CPU in all")
    return figures


def run(work: Path, url: str, person: str, command: str, *arguments: str) -> None:
    """Run a command as that person's machine does."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SPAWNWISE_", "DATABASE"))}
    host = f"laptop-{person}"
    given |= {"SPAWNWISE_HOME": str(work / "home"), "DATABASE_URL": url}
    given |= {"SPAWNWISE_USER": person, "SPAWNWISE_HOST": host}
    named = ["--machine", host] if command == "push" else []
    subprocess.run([*COMMAND, command, *named, *arguments], env=given, check=True, stdout=subprocess.DEVNULL)


def compared(team: Team, warehouse: Warehouse) -> dict[str, list[str]]:
    """Return, of each question, where its answer is not the planted truth."""
    wrong: dict[str, list[str]] = {}
    with warehouse.connect() as connection:
        connection.execute("select set_config('role', learning.reading_role('analyst')::text, true)")
        for question in questions(team):
            wrong[question.words] = differences(question, connection.execute(question.sql.encode()).fetchall())
        wrong["What is published, and why?"] = _published(connection.execute(PUBLISHED).fetchall(), team)
        wrong["Where may a cheaper model be enough?"] = _proposed(connection.execute(PROPOSED).fetchall())
    for words, different in wrong.items():
        print(
            f"{'as planted' if not different else f'{len(different)} different':<14} {words}",
            *different[:3],
            sep="\n  ",
        )
    return wrong


def _published(rows: list[tuple[Any, ...]], team: Team) -> list[str]:
    """Each agent's own work runs on the planted model, and no more is known of it than was planted."""
    count = sum(1 for _ in team.spawns())
    planted = {kind.agent: FAMILY[kind.model] for kind in KINDS}
    return [
        f"{agent}: {model}, {seen} seen"
        for agent, model, seen in rows
        if (agent in planted and model != planted[agent]) or (seen or 0) > count
    ] or ([] if rows else ["nothing is published"])


def _proposed(rows: list[tuple[Any, ...]]) -> list[str]:
    """A trial's baseline is what was planted; its candidate is a cheaper model, or the same at another effort."""
    planted = {kind.agent: FAMILY[kind.model] for kind in KINDS}
    cheapest_first = ("haiku", "sonnet", "opus")
    return [
        f"{agent}: {candidate} for {baseline}"
        for agent, baseline, candidate, is_other_effort in rows
        if planted.get(agent, baseline) != baseline
        or cheapest_first.index(candidate) >= cheapest_first.index(baseline) + is_other_effort
    ] or ([] if rows else ["nothing is proposed"])


def _of_others(warehouse: Warehouse, person: str) -> object:
    with warehouse.connect() as connection:
        return connection.execute(OTHERS, [person]).fetchone()


if __name__ == "__main__":
    raise SystemExit(main())
