import json
import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

import pytest

from pipelines.commands import doctor, learn, schedule
from pipelines.notify import Notice
from pipelines.schedule import schedulers
from pipelines.schedule.cron_times import UnusableScheduleError, calendar_intervals, on_calendar, read_cron
from pipelines.settings import Settings
from pipelines.warehouse import WarehouseError
from recommender.cli import main

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
ODD = [sys.executable, "-m", "x", '/a b/50%/$HOME/"q"/\\back/ü']
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
needs_programs = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPAWNWISE_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SPAWNWISE_NOTIFY", raising=False)
    monkeypatch.setattr(schedule, "kind_here", lambda _: "cron")
    monkeypatch.setattr("pipelines.schedule.machine.is_root", lambda: False)
    return tmp_path / "data"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for the machine's schedulers, which note how they are called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("systemctl", "launchctl", "schtasks"):
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {folder}/calls\n')
    (folder / "crontab").write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat {folder}/tab 2>/dev/null; else cat > {folder}/tab; fi\n'
    )
    for program in folder.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.mark.parametrize(
    ("expression", "events"),
    [
        ("0 2 * * *", ["*-*-* 2:0:00"]),
        ("@daily", ["*-*-* 0:0:00"]),
        ("30 6,18 * * mon-fri", ["Mon,Tue,Wed,Thu,Fri *-*-* 6,18:30:00"]),
        ("*/20 * * * *", ["*-*-* *:0,20,40:00"]),
        ("5/20 1 * * *", ["*-*-* 1:5,25,45:00"]),
        ("0 2 * * 7", ["Sun *-*-* 2:0:00"]),
        ("0 2 * * 0,7", ["Sun *-*-* 2:0:00"]),
        ("0 2 1-3 jan,DEC *", ["*-1,12-1,2,3 2:0:00"]),
        ("0 2 13 * fri", ["Fri *-*-* 2:0:00", "*-*-13 2:0:00"]),  # either, as cron has it
    ],
)
def test_a_cron_expression_is_systemds_events(expression: str, events: list[str]) -> None:
    assert on_calendar(read_cron(expression)) == events
    if analyze := shutil.which("systemd-analyze"):
        subprocess.run([analyze, "calendar", *events], check=True, capture_output=True)


@pytest.mark.parametrize(
    "expression", ["60 * * * *", "0 24 * * *", "0 2 0 * *", "0 2 * 13 *", "0 2 * * 8", "0 2 L * *"]
)
def test_what_no_scheduler_does_is_refused_in_words(expression: str) -> None:
    with pytest.raises(UnusableScheduleError, match="SPAWNWISE_SCHEDULE is"):
        read_cron(expression)


def test_launchd_gets_every_combination() -> None:
    assert calendar_intervals(read_cron("0,30 2 * * *")) == [{"Minute": 0, "Hour": 2}, {"Minute": 30, "Hour": 2}]
    assert calendar_intervals(read_cron("0 2 1 * mon")) == [
        {"Minute": 0, "Hour": 2, "Day": 1},
        {"Minute": 0, "Hour": 2, "Weekday": 1},
    ]


@needs_systemd
@pytest.mark.parametrize("expression", ["0 2 * * *", "0 2 13 * fri"])
def test_systemd_accepts_its_units(expression: str, tmp_path: Path) -> None:
    plan = schedulers.systemd(ODD, read_cron(expression), is_root=False, configuration=tmp_path)
    for path, content in plan.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = subprocess.run(["systemd-analyze", "verify", *plan.files], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "spawnwise" in line] == []
    service = next(path for path in plan.files if path.suffix == ".service").read_text(encoding="utf-8")
    assert r'"/a b/50%%/$$HOME/\"q\"/\\back/ü"' in service


def test_launchd_gets_a_property_list_of_its_types(tmp_path: Path) -> None:
    plan = schedulers.launchd(ODD, read_cron("15 2 * * *"), home=tmp_path, user=501)
    [(path, content)] = plan.files.items()
    agent = plistlib.loads(content)
    assert path == tmp_path / "Library" / "LaunchAgents" / "dev.spawnwise.nightly.plist"
    assert agent["Label"] == path.stem
    assert agent["ProgramArguments"] == ODD
    assert agent["StartCalendarInterval"] == [{"Minute": 15, "Hour": 2}]
    if plutil := shutil.which("plutil"):
        subprocess.run([plutil, "-lint", "-"], input=content, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("expression", "kind", "starts"),
    [
        ("0 2 * * *", "ScheduleByDay", ["2026-01-01T02:00:00"]),
        ("0 2,14 * * 1", "ScheduleByWeek", ["2026-01-01T02:00:00", "2026-01-01T14:00:00"]),
        ("5 2 1 * *", "ScheduleByMonth", ["2026-01-01T02:05:00"]),
        ("5 2 * 6 mon", "ScheduleByMonthDayOfWeek", ["2026-01-01T02:05:00"]),
    ],
)
def test_windows_gets_a_task(expression: str, kind: str, starts: list[str], tmp_path: Path) -> None:
    plan = schedulers.windows(["C:\\a & b\\python.exe", "-m", "x y"], read_cron(expression), home=tmp_path)
    task = ElementTree.fromstring(next(iter(plan.files.values())).decode("utf-16").partition("\n")[2])
    triggers = task.findall(f"{TASK}Triggers/{TASK}CalendarTrigger")
    assert [trigger.findtext(f"{TASK}StartBoundary") for trigger in triggers] == starts
    assert all(trigger.find(f"{TASK}{kind}") is not None for trigger in triggers)
    assert task.findtext(f"{TASK}Actions/{TASK}Exec/{TASK}Command") == "C:\\a & b\\python.exe"
    assert task.findtext(f"{TASK}Actions/{TASK}Exec/{TASK}Arguments") == '-m "x y"'


@pytest.mark.parametrize("expression", ["* * * * *", "0 2 1 * mon"])
def test_what_windows_cannot_do_is_refused_in_words(expression: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableScheduleError, match="Windows"):
        schedulers.windows(["x"], read_cron(expression), home=tmp_path)


def test_a_line_of_cron_means_the_same_to_cron_and_its_shell() -> None:
    line = schedulers.cron_line(ODD, "0 2 * * *")
    assert line.startswith("0 2 * * * ")
    by_shell = line.removeprefix("0 2 * * * ").replace(r"\%", "%")  # as cron hands it on
    code = f"{sys.executable} -c 'import sys; print(sys.argv[1:])'"
    done = subprocess.run(["sh", "-c", f"{code} {by_shell}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(ODD)


@needs_programs
def test_cron_is_installed_once_and_taken_out_without_a_trace(home: Path, programs: Path) -> None:
    tab = programs / "tab"
    tab.write_text("# mine\n5 5 * * * date\n")
    assert main(["schedule", "status"]) == 1
    for _ in range(2):
        assert main(["schedule", "install"]) == 0
    lines = tab.read_text().splitlines()
    assert lines[:3] == ["# mine", "5 5 * * * date", schedulers.MARK]
    assert lines[3].startswith("0 2 * * * ")
    assert len(lines) == 4
    assert main(["schedule", "status"]) == 0
    assert (
        doctor._schedule(Settings()).detail == f"nightly run by cron at 0 2 * * *; {home / 'nightly.log'} is empty yet"
    )
    (home / "nightly.log").write_text("started\nended with exit code 0\n")
    assert doctor._schedule(Settings()).detail.endswith(f"last in {home / 'nightly.log'}: ended with exit code 0")
    assert main(["schedule", "uninstall"]) == 0
    assert "`spawnwise schedule install`" in doctor._schedule(Settings()).detail
    assert tab.read_text() == "# mine\n5 5 * * * date\n"
    assert not (home / "schedule.json").exists()


@needs_programs
def test_systemd_is_told_of_its_timer_and_forgets_it(tmp_path: Path, home: Path, programs: Path) -> None:
    assert main(["schedule", "install", "--with", "systemd"]) == 0
    units = tmp_path / "config" / "systemd" / "user"
    assert {path.name for path in units.iterdir()} == {"spawnwise.service", "spawnwise.timer"}
    assert main(["schedule", "uninstall", "--with", "systemd"]) == 0
    assert not list(units.iterdir())
    assert (programs / "calls").read_text().splitlines() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now spawnwise.timer",
        "systemctl --user disable --now spawnwise.timer",
    ]


@needs_programs
@pytest.mark.parametrize("kind", ["systemd", "launchd", "cron", "windows"])
def test_a_dry_run_prints_and_does_nothing(
    kind: str, home: Path, programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schedule", "install", "--with", kind, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "schedule.json" in printed
    assert "Would" in printed
    assert not home.exists()
    assert not (programs / "calls").exists()
    assert not (programs / "tab").exists()


@needs_programs
def test_the_scheduled_run_has_the_settings_of_the_installation(
    home: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAWNWISE_WINDOW_DAYS", "77")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bob:hidden@db.example/base")
    needed = {
        "AWS_SECRET_ACCESS_KEY": "hidden-aws",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/ann/gcp.json",
        "AZURE_STORAGE_ACCOUNT_KEY": "hidden-az",
        "ANTHROPIC_API_KEY": "hidden-key",
        "CLAUDE_CODE_OAUTH_TOKEN": "hidden-token",
        "PATH": f"/home/ann/.local/bin{os.pathsep}{os.environ['PATH']}",
    }
    for name, value in {**needed, "CLAUDE_CODE_SSE_PORT": "1", "CLAUDECODE": "1"}.items():
        monkeypatch.setenv(name, value)
    assert main(["schedule", "install"]) == 0
    kept = home / "schedule.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "hidden" not in (programs / "tab").read_text()
    monkeypatch.delenv("SPAWNWISE_WINDOW_DAYS")
    monkeypatch.delenv("DATABASE_URL")
    for name in needed:
        monkeypatch.delenv(name)
    assert not {"CLAUDE_CODE_SSE_PORT", "CLAUDECODE"} & set(
        json.loads(kept.read_text())
    )  # of a session, not of a night
    seen: list[tuple[int, list[str]]] = []

    def learn(arguments: Sequence[str]) -> int:
        seen.append((Settings().window_days, list(arguments)))
        print("The step x failed.")
        return 1

    monkeypatch.setattr("recommender.commands.run.run_command", learn)
    assert schedule.run_scheduled(kept) == 1
    assert seen == [(77, ["learn", "--quiet", "--notify"])]
    assert {name: os.environ[name] for name in needed} == needed
    assert schedule.run_scheduled(kept, ["push"]) == 1
    assert seen[1] == (77, ["push"])
    log = (home / "nightly.log").read_text().splitlines()
    assert log[1] == "The step x failed."
    assert log[2].endswith("ended with exit code 1")


@pytest.mark.parametrize(
    ("command", "end", "told"),
    [
        (schedule.PUSH, 1, ["There are no logs."]),
        (schedule.PUSH, 3, ["There are no logs."]),
        (schedule.PUSH, ValueError("The bucket is gone."), ["The bucket is gone."]),
        (schedule.PUSH, 0, []),
        (schedule.LEARN, 1, []),  # it tells itself
    ],
)
def test_word_of_a_failed_push_is_sent_with_what_it_said(
    command: Sequence[str], end: int | Exception, told: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: Sequence[str]) -> int:
        print("There are no logs.")
        if isinstance(end, Exception):
            raise end
        return end

    sent: list[Notice] = []
    monkeypatch.setattr("recommender.commands.run.run_command", run)
    monkeypatch.setattr(schedule, "send", lambda _, notice: sent.append(notice) or "")
    schedule.write_settings(Settings(home=home))
    (home / "nightly.log").write_text("words of another night\n")
    with pytest.raises(ValueError, match="gone") if isinstance(end, Exception) else nullcontext():
        assert schedule.run_scheduled(home / "schedule.json", command) == end
    assert [notice.text.partition("\n")[0] for notice in sent] == told
    assert all("the nightly push failed" in notice.title for notice in sent)
    assert "ended" in (home / "nightly.log").read_text()


@pytest.mark.parametrize("error", [WarehouseError("No server answers."), ValueError("The logs are gone.")])
def test_whatever_ends_a_scheduled_night_is_told(error: Exception, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Notice] = []

    def fail(_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(learn, "settings_from", fail)
    monkeypatch.setattr(learn, "send", lambda _, notice: sent.append(notice) or "")
    schedule.write_settings(Settings(home=home))
    with pytest.raises(ValueError, match="gone") if isinstance(error, ValueError) else nullcontext():
        assert schedule.run_scheduled(home / "schedule.json") == 1
    assert [notice.text.partition("\n")[0] for notice in sent] == [str(error)]


def test_a_settings_file_that_is_gone_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "run", str(tmp_path / "none.json")]) == 1
    assert "run `spawnwise schedule install` again" in capsys.readouterr().err
