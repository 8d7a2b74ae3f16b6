"""Write the sample as a Claude Code home: transcripts in two of its formats, and the agents' specs."""

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.ingest.sample.plan import PlannedSession, plan_sessions
from pipelines.ingest.sample.session import SessionLog

SEED = 20251229
DAYS = 28
REFRESH_AFTER = timedelta(days=30)
_WRITTEN = "sample.json"  # when, and from which seed; without it the folder is not taken for finished


def write_sample_home(folder: Path, *, seed: int = SEED, now: datetime | None = None) -> None:
    """Write the sample under `folder` with dates up to `now` (default: the present).

    The same arguments give the same bytes. A sample of the same seed that is there already stays for 30 days.
    """
    now = now or datetime.now(UTC)
    if _is_fresh(folder / _WRITTEN, seed, now):
        return
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "agents").mkdir(parents=True, mode=0o700)
    for spec in sorted((Path(__file__).parent / "agents").glob("*.md")):
        shutil.copyfile(spec, folder / "agents" / spec.name)
    source = random.Random(seed)
    sessions = plan_sessions(source)
    for number, session in enumerate(sessions):
        _write_session(folder, session, _start(number, len(sessions), now, source), source)
    (folder / _WRITTEN).write_text(json.dumps({"seed": seed, "written_at": now.isoformat()}) + "\n", encoding="utf-8")


def _is_fresh(mark: Path, seed: int, now: datetime) -> bool:
    try:
        written = json.loads(mark.read_text(encoding="utf-8"))
        age = now - datetime.fromisoformat(written["written_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(written.get("seed") == seed) and timedelta() <= age < REFRESH_AFTER


def _start(number: int, count: int, now: datetime, source: random.Random) -> datetime:
    """Return a time in working hours; the last session ends well before `now`."""
    day = (now - timedelta(days=1 + DAYS - DAYS * (number + 1) / count)).replace(minute=0, second=0, microsecond=0)
    return day.replace(hour=source.randrange(8, 16), minute=source.randrange(60))


def _write_session(folder: Path, session: PlannedSession, at: datetime, source: random.Random) -> None:
    log = SessionLog(session.project["name"], session.project["writer"], at, source)
    for spawn in session.spawns:
        log.write_spawn(spawn)
    place = folder / "projects" / f"-home-sam-{session.project['name']}"
    for name, lines in log.files().items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")
