"""A secret of every kind that is detected, in every place of a log where text can stand."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.integration.ingest.test_formats import RECORD
from tests.support.transcripts import Transcript
from tests.unit.ingest.formats import test_codex as codex
from tests.unit.ingest.formats import test_otel as otel
from tests.unit.ingest.test_stored_redaction import SAMPLES
from tests.unit.recommender.test_redaction import PRIVATE_KEYS, SECRETS, filled

# (text around the secret, the secret)
CANARIES: list[tuple[str, str]] = [
    *((text, secret) for _, text, secret in SECRETS if len(secret) > 8),
    *SAMPLES.values(),
    *((key.replace(body, "{}"), body) for key in PRIVATE_KEYS[:1] for body in [key.splitlines()[1]]),
]
SESSION = "c{:07}-6f2e-4b43-8a30-1f0b6d1f7a01"


def write_canaries(home: Path) -> None:
    """Write a session for each canary under the Claude home, and a spec."""
    for number, (around, secret) in enumerate(CANARIES):
        words = filled(around, secret)
        log = canary_session(number, words)
        # What has a slash, or is long, cannot stand in a name of the file system.
        in_name = words if "/" not in words and len(words) < 150 else f"canary-{number}"
        place = home / "projects" / f"-home-somebody-{in_name}"
        for name in (f"{log.session}.jsonl", f"{in_name}.jsonl"):
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(log.content() + b'{"broken": "' + words.encode() + b"\n")
        spec = f"---\nname: canary-{number}\ndescription: Use {words}\n---\nLog in with {words}\n"
        (home / "agents" / f"canary-{number}.md").write_text(spec, encoding="utf-8")


def canary_session(number: int, words: str) -> Transcript:
    """Return a session with the words in each field that a person or a program writes."""
    log = Transcript(session=SESSION.format(number))
    log.user(f"Please use {words}")
    for place, agent in enumerate((words, "tester", "tester")):
        key = f"toolu_canary_{number}_{place}"
        log.spawn(key, prompt=f"Log in with {words} and look around", description=f"Use {words}", subagent_type=agent)
        log.child_says(key, agent=f"run{number}of{place}", message_id=f"msg_{number}_{place}")
        if place == 0:
            log.error(f"Error: it failed with {words}", key)
        elif place == 1:
            log.result(key, f"I logged in with {words}", status="completed", agentId=f"run{number}of{place}")
        else:
            launched = {"isAsync": True, "status": "async_launched", "agentId": f"run{number}of{place}"}
            log.returned(key, "Async agent launched.", launched)
            log.notified(f"run{number}of{place}", "failed", report=f"It failed with {words}")
        log.says(f"It says {words}")
    for line in log.lines:
        line["cwd"] = f"/home/somebody/{words}"
        line["gitBranch"] = words
    return log


def write_logs_of_others(folder: Path, texts: Iterable[str]) -> None:
    """Write what other orchestrators would, with each text in every field that a person or a program writes."""
    for number, words in enumerate(texts):
        record = {**RECORD, "id": f"record-{number}", "session_id": f"session-{number}"}
        record |= dict.fromkeys(("agent", "title", "task", "project", "model", "error"), f"Use {words} here")
        record |= dict.fromkeys(("status", "model_requested", "model_parent", "writer_version"), words)
        _write(folder / f"records-{number}.jsonl", [record, {"id": words, "agent": words}, words])

        messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": f"Log in with {words}"}]}])
        told = {"conversation__id": f"c{number}", "input__messages": messages, "agent__description": words}
        failed = {"code": 2, "message": f"It failed with {words}"}
        span = otel.agent(f"a{number}", **told, agent__name=f"Use {words}", request__model=words, status=failed)
        _write(
            folder / f"spans-{number}.jsonl", [otel.request(span | {"traceId": f"t{number}"}), {"resourceSpans": words}]
        )

        thread, spawned = f"0199-{number}-parent", f"0199-{number}-child"
        meta = codex.line("session_meta", id=thread, cwd=f"/home/ann/{words}", cli_version=words, source="cli")
        asked = codex.call("spawn_agent", agent_type=words, message=f"Log in with {words}", model=words)
        answered = codex.output({"agent_id": spawned, "nickname": words})
        ended = codex.output({"status": {spawned: {"errored": f"It failed with {words}"}}}, "call_2")
        waited = codex.call("wait", "call_2", ids=[spawned])
        _write(
            folder / f"rollout-{number}.jsonl", [meta, codex.TURN, asked, answered, waited, ended, {"payload": words}]
        )


def _write(path: Path, lines: list[Any]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def leaked(content: str) -> set[str]:
    """Return the canaries that stand in a text, as they are or as JSON writes them."""
    return {secret for _, secret in CANARIES if secret in content or json.dumps(secret)[1:-1] in content}
