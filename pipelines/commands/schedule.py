"""`spawnwise schedule`: the nightly run by the scheduler of this machine, without Dagster kept up."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from datetime import datetime
from pathlib import Path

from pipelines.notify import Notice, failed_run, send
from pipelines.schedule.machine import (
    KINDS,
    ScheduleError,
    install,
    is_installed,
    kind_here,
    plan_for,
    uninstall,
)
from pipelines.schedule.schedulers import MARK, Plan, cron_line
from pipelines.settings import Settings, captured_environment, use_environment
from recommender.errors import SpawnwiseError
from recommender.home import private_folder
from recommender.terminal import printable

MOST_LOG_BYTES = 1_000_000
LEARN = ("learn", "--quiet", "--notify")
PUSH = ("push",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, summary in (
        ("install", "have this machine run the night by itself, at the time of SPAWNWISE_SCHEDULE"),
        ("uninstall", "take that out again"),
        ("status", "say whether it is in, when it runs next and how the last run went"),
    ):
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        action.add_argument(
            "--with", dest="kind", choices=KINDS, help="which scheduler (default: the one that is there)"
        )
        if name != "status":
            action.add_argument("--dry-run", action="store_true", help="print what would be done, and do nothing")
        if name == "install":
            action.add_argument(
                "--push", action="store_true", help="send this machine's logs to the team's server; that one learns"
            )
    actions.add_parser("test", help="send a notice to SPAWNWISE_NOTIFY, to see whether it arrives")
    started = actions.add_parser("run", help="what the scheduler calls: learn, with the settings of the installation")
    started.add_argument("file", type=Path, help="the file that the installation wrote")
    started.add_argument("--push", action="store_true", help="send the logs, and do not learn")


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked and return an exit code; raise `SpawnwiseError` where that cannot be done."""
    if arguments.action == "run":
        return run_scheduled(arguments.file, PUSH if arguments.push else LEARN)
    settings = Settings()
    if arguments.action == "test":
        return _test(settings)
    command = scheduled_command(settings, is_push=getattr(arguments, "push", False))
    kind = arguments.kind or kind_here(command)
    plan = plan_for(kind, command, settings)
    if arguments.action == "status":
        return _status(kind, plan, settings)
    if arguments.dry_run:
        print(printable(described(arguments.action, kind, plan, cron_line(command, settings.schedule))))
        return 0
    if arguments.action == "uninstall":
        was_there = uninstall(kind, plan)
        settings_file(settings).unlink(missing_ok=True)
        print(f"Removed from {kind}." if was_there else f"It was not installed in {kind}.")
        return 0
    write_settings(settings)
    install(kind, plan, cron_line(command, settings.schedule))
    print(printable(f"Installed in {kind}: the night runs at {settings.schedule}, with the settings of this shell."))
    print(printable(f"Its log is {log_file(settings)}."))
    if plan.note:
        print(plan.note)
    if not settings.notify:
        print("Nobody hears of a failed night: set SPAWNWISE_NOTIFY to a webhook, a mail address or the desktop.")
    return 0


def scheduled_command(settings: Settings, *, is_push: bool = False) -> list[str]:
    """Return what the scheduler runs: this Python, and no more settings than a file's name."""
    command = [sys.executable, "-m", "recommender.cli", "schedule", "run", str(settings_file(settings))]
    return [*command, "--push"] if is_push else command


def settings_file(settings: Settings) -> Path:
    """Return where the settings of the scheduled run are kept: the scheduler's own files may be read by others."""
    return settings.home / "schedule.json"


def log_file(settings: Settings) -> Path:
    """Return where scheduled runs say how they ended."""
    return settings.home / "nightly.log"


def write_settings(settings: Settings) -> None:
    """Keep the settings of this shell for the scheduled run, for its owner only."""
    private_folder(settings.home)
    path = settings_file(settings)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(captured_environment() | {"SPAWNWISE_HOME": str(settings.home)}), encoding="utf-8")


def run_scheduled(file: Path, command: Sequence[str] = LEARN) -> int:
    """Learn or push with the settings of the installation; what went wrong goes to the log, and to SPAWNWISE_NOTIFY."""
    try:
        use_environment(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise ScheduleError(f"{file} cannot be read: run `spawnwise schedule install` again.") from None
    from recommender.commands.run import run_command

    settings = Settings()
    path = log_file(settings)
    with suppress(FileNotFoundError):
        if path.stat().st_size > MOST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
    with path.open("a", encoding="utf-8", buffering=1) as log, redirect_stdout(log), redirect_stderr(log):
        print(f"{_now()} started")
        said = log.tell()
        try:
            code = run_command(command)
        except Exception as error:
            print(f"{_now()} ended by {type(error).__name__}")
            _tell_unless_told(command, settings, str(error) or type(error).__name__)
            raise
        if code:
            _tell_unless_told(command, settings, _said_since(path, said))
        print(f"{_now()} ended with exit code {code}")
    return code


def _tell_unless_told(command: Sequence[str], settings: Settings, reason: str) -> None:
    """Send word of a failed push; learning sends its own, with its steps and checks."""
    if command[0] == PUSH[0] and (fault := send(settings, failed_run([reason], PUSH[0]))):
        print(fault)


def _said_since(path: Path, place: int) -> str:
    with path.open(encoding="utf-8", errors="replace") as log:
        log.seek(place)
        return log.read().strip()


def _now() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}"


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines of a log, none where there is none."""
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    except OSError:
        return []


def installed_schedules(settings: Settings) -> list[str]:
    """Return the schedulers of this machine that start the nightly run."""
    command = scheduled_command(settings)
    found = []
    for kind in KINDS:
        with suppress(SpawnwiseError, OSError):  # a program that is not here, or a time that it cannot keep
            if is_installed(kind, plan_for(kind, command, settings)):
                found.append(kind)
    return found


def described(action: str, kind: str, plan: Plan, line: str) -> str:
    """Say what would be written and run."""
    if kind == "cron":
        return f"Would {'add to' if action == 'install' else 'take out of'} the crontab:\n{MARK}\n{line}"
    if action == "uninstall":
        return "\n".join([*_runs(plan.uninstall), *(f"Would remove {path}" for path in plan.files)])
    texts = {
        path: content.decode("utf-16" if path.suffix == ".xml" else "utf-8") for path, content in plan.files.items()
    }
    return "\n".join([*(f"Would write {path}:\n{text}" for path, text in texts.items()), *_runs(plan.install)])


def _runs(commands: list[list[str]]) -> list[str]:
    return [f"Would run {subprocess.list2cmdline(command)}" for command in commands]


def _status(kind: str, plan: Plan, settings: Settings) -> int:
    if not is_installed(kind, plan):
        print(f"Not installed in {kind}. `spawnwise schedule install` installs it.")
        return 1
    print(f"Installed in {kind}.")
    if kind != "cron":
        with suppress(OSError):
            print(subprocess.run(plan.status, capture_output=True, text=True, check=False).stdout.strip())
    if lines := last_lines(log_file(settings), 5):
        print(printable("\n".join(["Last in its log:", *lines])))
    return 0


def _test(settings: Settings) -> int:
    if not settings.notify:
        print("SPAWNWISE_NOTIFY names nobody; pipelines/README.md has examples.", file=sys.stderr)
        return 1
    fault = send(settings, Notice("Spawnwise: a test", "This is how word of a failed night arrives."))
    print(fault or "Sent.", file=sys.stderr if fault else sys.stdout)
    return int(bool(fault))
