"""The scheduler of this machine: which it is, and carrying a plan out."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.schedule.cron_times import read_cron
from pipelines.schedule.schedulers import MARK, Plan, cron_line, launchd, systemd, windows, without_ours
from pipelines.settings import Settings, configuration_folder
from recommender.errors import SpawnwiseError

KINDS = ("systemd", "launchd", "cron", "windows")
NONE_HERE = (
    "No scheduler was found on this machine (systemd for this user, launchd, cron or the Windows task scheduler). "
    "`spawnwise ui` runs the night as long as it is open; or have anything else run: {command}"
)


class ScheduleError(SpawnwiseError):
    """The scheduler did not do what it was asked to; the message says what it said."""


def is_root() -> bool:
    """Tell whether the schedule is the system's."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def kind_here(command: Sequence[str]) -> str:
    """Return which scheduler is there; raise `ScheduleError` with the command to run where there is none."""
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "launchd"
    if shutil.which("systemctl"):
        asked = ["systemctl", "is-system-running"] if is_root() else ["systemctl", "--user", "is-system-running"]
        state = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if state in {"running", "degraded", "starting"}:
            return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise ScheduleError(NONE_HERE.format(command=cron_line(command, "").strip()))


def plan_for(kind: str, command: Sequence[str], settings: Settings) -> Plan:
    """Return what installs the nightly run there, at the time of the settings."""
    times = read_cron(settings.schedule)
    if kind == "systemd":
        return systemd(command, times, is_root=is_root(), configuration=configuration_folder())
    if kind == "launchd":
        return launchd(command, times, home=Path.home(), user=os.getuid() if hasattr(os, "getuid") else 501)
    if kind == "windows":
        return windows(command, times, home=settings.home)
    return Plan(status=["crontab", "-l"])


def install(kind: str, plan: Plan, line: str) -> None:
    """Write the files and have the scheduler read them, in place of what was there; raise `ScheduleError` otherwise."""
    if kind == "cron":
        write_crontab(f"{without_ours(read_crontab())}{MARK}\n{line}\n")
        return
    if kind == "launchd" and any(path.exists() for path in plan.files):
        subprocess.run(plan.uninstall[0], capture_output=True, check=False)  # it does not replace one that is loaded
    for path, content in plan.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for command in plan.install:
        call(command)


def uninstall(kind: str, plan: Plan) -> bool:
    """Take the schedule out; return whether there was any."""
    if kind == "cron":
        before = read_crontab()
        after = without_ours(before)
        if after != before:
            write_crontab(after)
        return after != before
    present = [path for path in plan.files if path.exists()]
    if present:
        for command in plan.uninstall:
            call(command)
    for path in present:
        path.unlink()
    return bool(present)


def is_installed(kind: str, plan: Plan) -> bool:
    """Tell whether the schedule is in."""
    return MARK in read_crontab().splitlines() if kind == "cron" else any(path.exists() for path in plan.files)


def read_crontab() -> str:
    """Return the user's crontab, empty where there is none."""
    return subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout


def write_crontab(text: str) -> None:
    """Replace the user's crontab."""
    call(["crontab", "-"], given=text)


def call(command: Sequence[str], given: str | None = None) -> str:
    """Run a scheduler's command and return what it said; raise `ScheduleError` where it refuses."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ScheduleError(f"{command[0]} cannot be run ({error.strerror}).") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
        raise ScheduleError(f"`{' '.join(command)}` failed: {said}")
    return done.stdout
