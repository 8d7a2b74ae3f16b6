"""What each machine's scheduler is given: files and commands, made here and carried out by the command."""

import plistlib
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.schedule.cron_times import Times, UnusableScheduleError, calendar_intervals, on_calendar

NAME = "spawnwise"
LABEL = "dev.spawnwise.nightly"
MARK = "# spawnwise: the nightly learning run"
WEEKDAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FIRST_DAY = "2026-01-01"  # any day that is past
MOST_TRIGGERS = 48  # that the Windows task scheduler takes

SERVICE = """\
[Unit]
Description=Spawnwise: the nightly learning run

[Service]
Type=oneshot
ExecStart={command}
Nice=10
"""
TIMER = """\
[Unit]
Description=Spawnwise: when the nightly learning run starts

[Timer]
{times}
Persistent=true

[Install]
WantedBy=timers.target
"""
TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Spawnwise: the nightly learning run</Description></RegistrationInfo>
  <Triggers>
{triggers}
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec>
  </Actions>
</Task>
"""


@dataclass(frozen=True)
class Plan:
    """What puts the schedule in, takes it out and shows it; files are written before the commands of `install`."""

    files: dict[Path, bytes] = field(default_factory=dict)
    install: list[list[str]] = field(default_factory=list)
    uninstall: list[list[str]] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    note: str = ""


def systemd(command: Sequence[str], times: Times, *, is_root: bool, configuration: Path) -> Plan:
    """Return a timer of the user's own systemd, or of the system's for root."""
    folder = Path("/etc/systemd/system") if is_root else configuration / "systemd" / "user"
    control = ["systemctl"] if is_root else ["systemctl", "--user"]
    units = "\n".join(f"OnCalendar={event}" for event in on_calendar(times))
    return Plan(
        files={
            folder / f"{NAME}.service": SERVICE.format(command=" ".join(map(_for_systemd, command))).encode(),
            folder / f"{NAME}.timer": TIMER.format(times=units).encode(),
        },
        install=[[*control, "daemon-reload"], [*control, "enable", "--now", f"{NAME}.timer"]],
        uninstall=[[*control, "disable", "--now", f"{NAME}.timer"]],
        status=[*control, "list-timers", "--all", f"{NAME}.timer"],
        note="" if is_root else "It runs while you are logged in; `loginctl enable-linger` has it run always.",
    )


def _for_systemd(part: str) -> str:
    quoted = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{quoted}"'


def launchd(command: Sequence[str], times: Times, *, home: Path, user: int) -> Plan:
    """Return a launch agent of the user; one that was missed in sleep runs at waking."""
    path = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    agent = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "StartCalendarInterval": calendar_intervals(times),
        "ProcessType": "Background",
    }
    domain = f"gui/{user}"
    return Plan(
        files={path: plistlib.dumps(agent)},
        install=[["launchctl", "bootstrap", domain, str(path)]],
        uninstall=[["launchctl", "bootout", f"{domain}/{LABEL}"]],
        status=["launchctl", "print", f"{domain}/{LABEL}"],
    )


def windows(command: Sequence[str], times: Times, *, home: Path) -> Plan:
    """Return a task of the Windows task scheduler; raise `UnusableScheduleError` for what it cannot do."""
    path = home / "schedule.xml"
    task = TASK.format(
        triggers="\n".join(_triggers(times)),
        program=escape(command[0]),
        arguments=escape(subprocess.list2cmdline(command[1:])),
    )
    return Plan(
        files={path: task.encode("utf-16")},
        install=[["schtasks", "/Create", "/TN", NAME, "/XML", str(path), "/F"]],
        uninstall=[["schtasks", "/Delete", "/TN", NAME, "/F"]],
        status=["schtasks", "/Query", "/TN", NAME, "/V", "/FO", "LIST"],
    )


def _triggers(times: Times) -> list[str]:
    hours, minutes = times.hours or range(24), times.minutes or range(60)
    if len(hours) * len(minutes) > MOST_TRIGGERS or (times.days and times.weekdays):
        message = (
            f"SPAWNWISE_SCHEDULE asks for more than the Windows task scheduler does: at most {MOST_TRIGGERS} times a "
            "day, and days of the month or of the week, but not both."
        )
        raise UnusableScheduleError(message)
    days = _days(times)
    return [
        "    <CalendarTrigger>"
        f"<StartBoundary>{FIRST_DAY}T{hour:02}:{minute:02}:00</StartBoundary>{days}</CalendarTrigger>"
        for hour in hours
        for minute in minutes
    ]


def _days(times: Times) -> str:
    months = "".join(f"<{MONTH_NAMES[month - 1]} />" for month in times.months or range(1, 13))
    week = "".join(f"<{WEEKDAY_NAMES[day]} />" for day in times.weekdays or range(7))
    if times.days is not None:
        listed = "".join(f"<Day>{day}</Day>" for day in times.days)
        return f"<ScheduleByMonth><DaysOfMonth>{listed}</DaysOfMonth><Months>{months}</Months></ScheduleByMonth>"
    if times.months is not None:
        weeks = "".join(f"<Week>{number}</Week>" for number in (1, 2, 3, 4, "Last"))
        return (
            f"<ScheduleByMonthDayOfWeek><Weeks>{weeks}</Weeks><DaysOfWeek>{week}</DaysOfWeek>"
            f"<Months>{months}</Months></ScheduleByMonthDayOfWeek>"
        )
    if times.weekdays is not None:
        return f"<ScheduleByWeek><DaysOfWeek>{week}</DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>"
    return "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"


def cron_line(command: Sequence[str], expression: str) -> str:
    """Return the line of the user's crontab: quoted for its shell, and for cron, which reads a % as a new line."""
    return f"{expression} {shlex.join(command)}".replace("%", r"\%")


def without_ours(crontab: str) -> str:
    """Return a crontab without the line of ours and the mark above it."""
    kept: list[str] = []
    lines = iter(crontab.splitlines())
    for line in lines:
        if line.strip() == MARK:
            next(lines, None)
        else:
            kept.append(line)
    return "".join(f"{line}\n" for line in kept)
