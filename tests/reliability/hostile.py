"""Names and texts that a database, a template, a page, a terminal or a file system might obey, in every field."""

import json
import unicodedata
from pathlib import Path

from tests.support.report_facts import HOSTILE as MARKUP
from tests.support.transcripts import Transcript

ESCAPED = "spawnwise-was-here"  # what a name that is taken for a path would make
TEXTS = [
    "'; drop schema learning cascade; --",
    '"; drop table marts.savings cascade; --',
    "$$; drop schema marts cascade; $$ $1 %s %(session)s %% {0}",
    "\\'; drop schema serving cascade; -- \\",
    "{{ 7000 * 7 }}{% for x in (1, 2) %}7{% endfor %}{# x #}",
    "{{ env_var('PATH') }}{{ run_query('drop schema learning cascade') }}",
    f"../../../../../../../../tmp/{ESCAPED}",
    f"/tmp/{ESCAPED}",
    f"..\\..\\{ESCAPED}",
    f"$(touch {ESCAPED})`touch {ESCAPED}`; touch {ESCAPED} | touch {ESCAPED}",
    MARKUP,
    '" onmouseover="window.pwned=3" x=\'--><!--',
    "javascript:window.pwned=4//</style></title></textarea>",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m\x9b31m",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\u202egnp.exe\u2066 \u200b\ufeff \x85 \x08\x08\x08\r over",
    "[bold red]shout[/] [link=http://evil.example]click[/link] [/]",
    "a\x00b \ud800 \udfff",
    "=cmd|' /C calc'!A0",
]
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # categories of characters that act on a terminal


def write_hostile(home: Path) -> None:
    """Write a session for each text under a Claude home, and a spec."""
    for number, words in enumerate(TEXTS):
        log = hostile_session(number, words)
        (home / "projects" / "-home-somebody-orchard").mkdir(parents=True, exist_ok=True)
        log.write(home, f"hostile-{number}.jsonl")
        (home / "agents").mkdir(exist_ok=True)
        front = "\n".join(f"{field}: {json.dumps(words)}" for field in ("name", "description", "model", "tools"))
        file = home / "agents" / f"spec {_file_name(words)} {number}.md"
        file.write_text(f"---\n{front}\n---\nYou are {words}\n", encoding="utf-8", errors="replace")


def hostile_session(number: int, words: str) -> Transcript:
    """Return a session with the words in each field, whatever is expected there."""
    log = Transcript(session=f"hostile-{number}")
    log.user(f"Please {words}")
    for place in range(4):
        key = f"toolu_hostile_{number}_{place}_{words}"
        log.says({"type": "tool_use", "id": f"x{words}", "name": words, "input": {words: words}})
        log.spawn(key, prompt=f"Write unit tests {words}", description=words, subagent_type=words, name=words)
        log.child_says(key, agent=f"{number}{place}{words}", message_id=f"m{number}{place}{words}", model=words)
        if place == 0:
            log.error(f"Error: it failed: {words}", key)
        else:
            log.result(key, f"Done. {words}", status="completed", agentId=f"{number}{place}{words}", agentType=words)
        log.says(f"All good: {words}")
    for line in log.lines:
        line |= {"cwd": f"/home/somebody/{words}", "gitBranch": words, "version": words}
        line["sessionId"] = f"hostile-{number} {words}"
    return log


def obeyed(text: str) -> set[str]:
    """Return the characters in an output that a terminal would obey, or that hide or reorder text."""
    return {character for character in text if unicodedata.category(character) in OBEYED and character != "\n"}


def _file_name(words: str) -> str:
    clean = words.encode("utf-8", "replace").decode()
    return clean.replace("/", "-").replace("\0", "")[:80]
