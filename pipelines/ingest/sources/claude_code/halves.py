"""What a report, or what follows it, says that only together with something else is a sign of how the spawn went.

Each half is noted beside the signals; `signals/weak.py` brings halves, the task and the agent together. Only a report's
first and last words are looked at, where an agent says what came of its work.
"""

import re
from collections.abc import Iterator

EDGE = 600  # characters at either end of a report
SHORT_REPLY = 1_500  # a longer report has work in it, whatever it asks or declines
_I = re.IGNORECASE
_PLAN_MODE_AT_END = re.compile(
    r"(?:\b(?:I|I['\u2019]m|me|my|we)\b|currently|still|since|because|as|due to|while)\b[^.\n]{0,60}\bplan[- ]mode\b"
    r"|\bplan[- ]mode\b[^.\n]{0,80}\b(?:active|restrict\w*|prevent\w*|block\w*|forbid\w*|prohibit\w*|read-only"
    r"|(?:does|do|did|is|was)(?: not|n['\u2019]t)|cannot|can['\u2019]t|no (?:files?|edits?|changes?))"
    r"|\b(?:exit(?:s|ed|ing)?|leav(?:e|es|ing)|lift(?:s|ed)?|disabl\w+|turn(?:ed|s)? off|out of|after|once) "
    r"(?:the |of )?plan[- ]mode\b"
    r"|(?:プランモード|计划模式|规划模式|(?:계획|플랜) 모드)[^\n]{0,60}"
    r"(?:できません|できない|ため|无法|不能|退出|수 없|종료)",
    _I,
)
_NOT_DONE = re.compile(
    r"\b(?:(?:could|can|did|do|have|has|had|was|were|is|are)(?: not|n['\u2019]t)|cannot|unable|no (?:files?|edits?|"
    r"changes?|code)|not (?:yet )?(?:been )?(?:written|created|made|applied|saved|edited|implemented|modified|run)"
    r"|nothing (?:was|has been)|(?:ready|will|would|can) (?:to )?(?:be )?(?:write|written|create|appl\w+|implement\w*|"
    r"proceed|execut\w+|make|save|edit)|(?:please|need|must) (?:to )?exit|read-only"
    r"|instead of (?:writ|edit|creat|implement)\w+)|できません|できない|无法|不能|수 없",
    _I,
)
_RUN = r"(?:build|compilation|deploy(?:ment)?|install(?:ation)?|migration|execution|command|script|job|pipeline|run)"
_RUN_FAILED = re.compile(
    rf"(?:^|[\n.:*#|>-]\s*\**|\bthe |\bbut (?:the )?)(?:\w+ ){{0,2}}{_RUN}\b[:\s*]*"
    r"(?:has |have |had )?(?:failed\b|failure\b|(?:was|is) (?:not successful|unsuccessful|failing|broken)"
    r"|could(?: not|n['\u2019]t) (?:be )?(?:complete|run|start|finish|execute)\w*|did(?: not|n['\u2019]t) "
    r"(?:complete|succeed|finish|start)|timed out|crashed|aborted)"
    rf"|\b(?:status|result|outcome|verdict)\W{{1,6}}(?:{_RUN} )?(?:failed|failure|error|blocked)\b",
    _I,
)
_RUN_MENDED = re.compile(
    r"\b(?:fixed|resolved|repaired|corrected|mended|worked around|succe(?:ss\w*|ed\w*)|pass(?:es|ed|ing)?|green"
    r"|(?:initially|previously|first|earlier|before|pre-existing|preexisting|unrelated)\b[^.\n]{0,60}\bfail\w*"
    r"|fail\w*[^.\n]{0,60}\b(?:initially|previously|before|pre-existing|unrelated|root cause)|if the|when the"
    r"|no (?:build|run|longer))\b",
    _I,
)
_SUMMARIZES = re.compile(
    r"\b(?:here(?:['\u2019]s| is| are) (?:a |an |the )?(?:\w+ ){0,2}(?:summary|overview|breakdown|key)|summary of"
    r"|in summary|to summari[sz]e|key (?:points|findings|takeaways|sections)|overview of)\b",
    _I,
)
_QUOTES = re.compile(r"```|^\s{4,}\S|^\s*\d+[\t\u2192|:]", re.MULTILINE)
_ASKS = re.compile(
    r"(?:\b(?:would|do|did|could|can|shall|should|may|which|what|where|how) (?:you|I|we)\b[^?\n]{0,200}\?"
    r"|\b(?:please (?:provide|clarify|confirm|specify|share|let me know)|let me know (?:which|if|whether|how|what)"
    r"|I(?:['\u2019]ll| will)? need (?:more|you to|the|some) (?:information|context|details?|clarif\w+|provide|confirm)"
    r"|how would you like)\b[^\n]{0,200})\W*$",
    _I,
)
_HAS_WORK = re.compile(
    r"\b(?:I(?:['\u2019]ve| have)? (?:created|implemented|fixed|added|updated|wrote|written|found|completed|made|ran"
    r"|removed|changed|refactored|reviewed|analy[sz]ed)|(?:all )?tests? pass|completed|findings|results?:)\b"
    r"|\w\.\w{1,4}:\d",
    _I,
)
_DECLINES = re.compile(
    r"^\W*(?:I(?:['\u2019]m| am) (?:sorry|unable|not able|afraid)|I (?:cannot|can['\u2019]t|can not|won['\u2019]t"
    r"|don['\u2019]t have (?:access|the ability|the tools))|sorry, |unfortunately,? I|as an AI)\b",
    _I,
)
_NO_FAULT = re.compile(
    r"\b(?:no (?:actual |real |obvious )?(?:bugs?|issues?|problems?|errors?|defects?|faults?)"
    r"(?: (?:was|were|is|are|found|exists?|here|in)\b)|(?:is|are|works?|working|implemented) (?:all )?(?:correct(?:ly)?"
    r"|as (?:expected|intended|designed))|(?:is|was)(?: not|n['\u2019]t) (?:a|the) (?:bug|problem|issue)"
    r"|(?:could|can)(?: not|n['\u2019]t) (?:reproduce|find (?:a|any|the) (?:bug|issue|problem|fault)))\b",
    _I,
)
_VERDICT = r"(?:verdict|status|decision|result|recommendation|conclusion|review|assessment|outcome)\W{1,8}(?:\w+ ){0,2}"
_REJECTS = re.compile(
    rf"\b{_VERDICT}(?:reject\w*|needs? (?:revision|work|changes|rework|fix\w*)|changes? (?:requested|required)"
    r"|request(?:ed)? changes|not (?:approved|ready|compliant)|blocked|fail(?:ed|s)?)\b"
    r"|(?:^|\n)\W*(?:rejected|changes requested|needs (?:revision|rework)|not approved|❌ ?(?:not )?\w+)",
    _I,
)
_APPROVES = re.compile(
    rf"\b{_VERDICT}(?:approved?|pass(?:ed|es)?|lgtm|ready (?:to|for)|compliant|accept\w*|ship)\b"
    r"|(?:^|\n)\W*(?:approved?|lgtm|all (?:tests|checks) pass(?:ed)?)\b",
    _I,
)


def halves_of(report: str) -> Iterator[str]:
    """Yield the halves in a report that came back."""
    head, tail = report[:EDGE], report[-EDGE:]
    if _PLAN_MODE_AT_END.search(tail) and _NOT_DONE.search(tail):
        yield "plan_mode_told"
    if any(_RUN_FAILED.search(edge) and not _RUN_MENDED.search(edge) for edge in (head, tail)):
        yield "run_failure_told"
    if len(report) < 4 * SHORT_REPLY and _SUMMARIZES.search(head) and not _QUOTES.search(report):
        yield "summary_told"
    if len(report) < SHORT_REPLY and _ASKS.search(tail.rstrip()) and not _HAS_WORK.search(report):
        yield "question_told"
    if len(report) < SHORT_REPLY and _DECLINES.search(head):
        yield "refusal_told"
    if _NO_FAULT.search(head) or _NO_FAULT.search(tail):
        yield "no_fault_told"
    rejects = any(_REJECTS.search(edge) for edge in (head, tail))
    if rejects:
        yield "rejection_told"
    elif _APPROVES.search(head) or _APPROVES.search(tail):
        yield "approval_told"
