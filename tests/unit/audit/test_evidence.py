import json
from pathlib import Path
from typing import Any

from pipelines.audit.evidence import FOLLOWING, MAX_REPORT, evidence

KEY, RUN = "toolu_1", "a1b2"


def result(text: str, key: str = KEY, is_error: bool = False, **more: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": key, "content": [{"type": "text", "text": text}]}
    block |= {"is_error": True} if is_error else {}
    return {"type": "user", "message": {"content": [block]}, **more}


def said(text: str, kind: str = "assistant", **more: Any) -> dict[str, Any]:
    return {"type": kind, "message": {"content": [{"type": "text", "text": text}]}, **more}


def log(folder: Path, *lines: Any, name: str = "s.jsonl") -> Path:
    path = folder / name
    path.write_bytes(
        b"".join(
            (line if isinstance(line, bytes) else json.dumps(line, separators=(",", ":")).encode()) + b"\n"
            for line in lines
        )
    )
    return path


def shown(*logs: Path, run: str | None = None) -> str:
    found = evidence(logs, "Find it", KEY, run)
    return "" if found is None else found.text()


def call(name: str, number: int, **asked: str) -> dict[str, Any]:
    block = {"type": "tool_use", "id": f"toolu_c{number}", "name": name, "input": asked}
    return {"type": "assistant", "message": {"id": f"m{number}", "content": [block]}}


def test_the_whole_of_it_in_the_order_of_reading(tmp_path: Path) -> None:
    parent = log(
        tmp_path,
        said("before"),
        result("All done", toolUseResult={"status": "completed", "agentId": RUN}),
        said("Good."),
        call("Edit", 9, file_path="a.py", new_string="long text"),
        result("no such file", "toolu_c9", is_error=True),
        said("Wrong!", "user"),
        b"{broken",
    )
    own = [call("Grep", n, pattern=f"word {n}") for n in range(7)]
    answers = [result(f"line {n}", f"toolu_c{n}") for n in range(7)]
    child = log(
        tmp_path, *(line for pair in zip(own, answers, strict=True) for line in pair), name=f"agent-{RUN}.jsonl"
    )
    words = shown(parent, child, run=RUN)
    assert words.startswith(
        'TASK:\nFind it\n\nTHE AGENT\'S LAST CALLS (5 of 7):\n- Grep {"pattern": "word 2"}\n  -> line 2'
    )
    assert "THE AGENT'S REPORT:\nAll done\n" in words
    assert words.endswith(
        "WHAT THE PARENT DID NEXT:\n[parent] Good.\n"
        '[parent] <calls Edit {"file_path": "a.py"}>; <Edit failed: no such file>\n[user] Wrong!'
    )


def test_other_results_and_side_chains_are_not_shown(tmp_path: Path) -> None:
    words = shown(log(tmp_path, result("other", "toolu_2"), result("mine"), said("child", isSidechain=True)))
    assert "other" not in words
    assert "child" not in words


def test_only_what_comes_next_is_shown(tmp_path: Path) -> None:
    words = shown(log(tmp_path, result("mine"), *(said(f"word {n}.", "user") for n in range(30))))
    assert f"word {FOLLOWING - 1}." in words
    assert f"word {FOLLOWING}." not in words


def test_a_launch_is_no_report_but_its_notification_is(tmp_path: Path) -> None:
    launch = result("launched", toolUseResult={"status": "async_launched", "agentId": RUN})
    told = f"<task-notification><task-id>{RUN}</task-id><status>completed</status><result>Found it</result>"
    notice = {"type": "user", "message": {"content": told}}
    assert shown(log(tmp_path, launch), run=RUN) == ""
    assert "REPORT:\nFound it" in shown(log(tmp_path, launch, notice), run=RUN)


def test_long_report_keeps_its_ends(tmp_path: Path) -> None:
    words = shown(log(tmp_path, result("begin " + "x " * MAX_REPORT + " end")))
    assert "begin" in words
    assert "end" in words
    assert len(words) < MAX_REPORT + 300


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    secret = "hunter" + "22"
    asks = call("Bash", 3, command=f"DB_PASSWORD={secret} ./run")
    words = shown(log(tmp_path, result(f"DB_PASSWORD={secret}"), said(f"DB_PASSWORD={secret}"), asks))
    assert words.count("REDACTED") == 3
    assert secret not in words


def test_first_log_that_still_holds_it_counts(tmp_path: Path) -> None:
    gone, other = tmp_path / "gone.jsonl", log(tmp_path, said("x"), name="other.jsonl")
    assert "REPORT:\nhere" in shown(gone, other, log(tmp_path, result("here")))
    assert shown(gone, other) == ""


def test_the_calls_of_an_agent_inside_its_parents_log_are_its_own(tmp_path: Path) -> None:
    lines = []
    for chain, task in (("a", "Find it"), ("b", "Find another")):
        begins = {"type": "user", "isSidechain": True, "uuid": chain, "message": {"content": task}}
        asks = call("Grep", len(lines), pattern=task) | {"isSidechain": True, "uuid": f"{chain}1", "parentUuid": chain}
        answers = result(f"line of {chain}", f"toolu_c{len(lines)}", isSidechain=True, parentUuid=f"{chain}1")
        lines += [begins, asks, answers]
    words = shown(log(tmp_path, *lines, result("Here it is")))
    assert '(1 of 1):\n- Grep {"pattern": "Find it"}\n  -> line of a\n' in words
    assert "line of b" not in words
