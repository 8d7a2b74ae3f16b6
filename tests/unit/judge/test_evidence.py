import json
from pathlib import Path
from typing import Any

from pipelines.judge.evidence import MAX_REPORT, evidence

KEY, RUN = "toolu_1", "a1b2"


def result(text: str, key: str = KEY, **more: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": key, "content": [{"type": "text", "text": text}]}
    return {"type": "user", "message": {"content": [block]}, **more}


def said(text: str, kind: str = "assistant", **more: Any) -> dict[str, Any]:
    return {"type": kind, "message": {"content": [{"type": "text", "text": text}]}, **more}


def log(folder: Path, *lines: Any, name: str = "s.jsonl") -> Path:
    path = folder / name
    path.write_bytes(
        b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    )
    return path


def test_report_and_what_followed_are_shown(tmp_path: Path) -> None:
    path = log(tmp_path, said("before"), result("All done"), said("Good."), said("Wrong!", "user"), b"{broken")
    shown = evidence([path], KEY, None)
    assert shown == "REPORT:\nAll done\nWHAT FOLLOWED:\n[assistant] Good.\n[user] Wrong!"


def test_other_results_and_side_chains_are_not_shown(tmp_path: Path) -> None:
    path = log(tmp_path, result("other", "toolu_2"), result("mine"), said("child", isSidechain=True))
    assert evidence([path], KEY, None) == "REPORT:\nmine\nWHAT FOLLOWED:"


def test_a_launch_is_no_report_but_its_notification_is(tmp_path: Path) -> None:
    launch = result("launched", toolUseResult={"status": "async_launched", "agentId": RUN})
    notice = {"type": "user", "message": {"content": f"<task-id>{RUN}</task-id><result>Found it</result>"}}
    assert evidence([log(tmp_path, launch)], KEY, RUN) is None
    assert evidence([log(tmp_path, launch, notice)], KEY, RUN) == "REPORT:\nFound it\nWHAT FOLLOWED:"


def test_long_report_keeps_its_ends(tmp_path: Path) -> None:
    shown = evidence([log(tmp_path, result("begin " + "x " * MAX_REPORT + " end"))], KEY, None)
    assert shown is not None
    assert "begin" in shown
    assert "end" in shown
    assert len(shown) < MAX_REPORT + 100


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    secret = "hunter" + "22"
    shown = evidence([log(tmp_path, result(f"DB_PASSWORD={secret}"), said(f"DB_PASSWORD={secret}"))], KEY, None)
    assert shown is not None
    assert secret not in shown


def test_first_log_that_still_holds_it_counts(tmp_path: Path) -> None:
    gone, other = tmp_path / "gone.jsonl", log(tmp_path, said("x"), name="other.jsonl")
    assert evidence([gone, other, log(tmp_path, result("here"))], KEY, None) == "REPORT:\nhere\nWHAT FOLLOWED:"
    assert evidence([gone, other], KEY, None) is None
