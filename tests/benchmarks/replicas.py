"""More logs from the given ones: copies with ids of their own."""

import json
import re
from pathlib import Path

_IDS = re.compile(rb"((?:toolu|msg)_)[A-Za-z0-9]{4}")
_SESSIONS = re.compile(rb'("sessionId":")[0-9a-f]{4}')


def size_of(logs: Path) -> int:
    """Return the bytes of all logs under a folder."""
    return sum(path.stat().st_size for path in logs.rglob("*.jsonl"))


def replicate(logs: Path, target: Path, size: int) -> None:
    """Copy the logs into one Claude home, with new ids each time, until they have `size` bytes."""
    paths = sorted(logs.rglob("*.jsonl"))
    written = copies = 0
    while written < size:
        tag = f"{copies:04x}".encode()
        for path in paths:
            content = _SESSIONS.sub(rb"\g<1>" + tag, _IDS.sub(rb"\g<1>" + tag, path.read_bytes()))
            copy = target / "projects" / f"{copies}" / path.relative_to(logs)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            written += len(content)
            if written >= size:
                return
        copies += 1


def small_files(target: Path, number: int) -> None:
    """Write many sessions of one line each, a hundred to a project."""
    for file in range(number):
        line = {"type": "user", "sessionId": f"{file:08x}", "message": {"role": "user", "content": "Good morning"}}
        path = target / "projects" / f"project-{file // 100}" / f"{file:08x}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(line) + "\n", encoding="utf-8")
