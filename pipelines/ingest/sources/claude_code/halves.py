"""What a report, or what follows it, says that only together with something else is a sign of how the spawn went.

Each half is noted beside the signals; `signals/weak.py` brings halves, the task and the agent together. Only a report's
first and last words are looked at, where an agent says what came of its work.
"""

import re
from collections.abc import Iterator

from pipelines.ingest.sources.claude_code.refusals import SENTENCE, has_any

EDGE = 600  # characters at either end of a report
SHORT_REPLY = 1_500  # a longer report has work in it, whatever it asks or declines
_I = re.IGNORECASE
# Without one of these words the longer expressions below find nothing, and trying takes a hundred times as long.
_PLAN_MODES = (
    "plan mode",
    "plan-mode",
    "planning mode",
    "planning-mode",
    "プランモード",
    "计划模式",
    "规划模式",
    "모드",
)
_FAILURES = (
    *("fail", "not successful", "unsuccessful", "broken", "could", "did", "timed out", "crashed", "aborted"),
    *("error", "blocked", "does", "unable", "cannot", "can't", "can\u2019t"),
)
_REFUSALS = ("reject", "need", "change", "not ", "blocked", "fail", "❌")
_PRAISES = ("approve", "pass", "lgtm", "ready", "compliant", "accept", "ship")
_MODE = r"\bplan(?:ning)?[- ]mode\b"
_SELF = r"\b(?:I|I['\u2019](?:m|ve|ll|d)|me|my|we|we['\u2019](?:re|ve))\b"
# A sentence in which plan mode holds the agent, and is not the thing that it worked on.
_IN_PLAN_MODE = re.compile(
    rf"{_SELF}[^\n]{{0,80}}{_MODE}|{_MODE}[^\n]{{0,80}}{_SELF}"
    rf"|\b(?:because|since|as|due to|owing to|given|currently|still|(?:session|system|environment|harness) is)\b"
    rf"[^.\n]{{0,40}}{_MODE}"
    rf"|{_MODE}[^.\n]{{0,30}}\b(?:is|being|remains) (?:still |currently |now )*(?:active|enabled|on|in effect)\b"
    rf"|{_MODE}[^.\n]{{0,20}}\b(?:restrict\w*|constraints?|prevent(?:s|ed)|block(?:s|ed)|forbids?|prohibit(?:s|ed)"
    r"|(?:does|did)(?: not|n['\u2019]t) (?:allow|permit|let)|(?:only )?(?:permits|allows) only)\b"
    rf"|\b(?:not (?:allowed|permitted|possible|available)|disabled|forbidden|blocked)\b[^.\n]{{0,30}}{_MODE}"
    r"|\b(?:you|please|ready|needs? to|must)\b[^.\n]{0,40}\b(?:exit|leav|lift|disabl|turn)\w*(?: off| the| of)*"
    rf" {_MODE}"
    rf"|{_MODE} (?:must|has to|needs to) be (?:exited|left|lifted|turned off)"
    rf"|\b(?:after|once|until) {_MODE} is (?:exited|lifted|left|off|disabled)|\({_MODE}[:);,]"
    r"|(?:プランモード|计划模式|规划模式|(?:계획|플랜) 모드)[^\n]{0,60}"
    r"(?:できません|できない|ため|无法|不能|退出|수 없|종료)",
    _I,
)
_NOT_DONE = re.compile(
    r"\b(?:(?:could|can|did|do|have|has|had|was|were|is|are)(?: not|n['\u2019]t)|cannot|can['\u2019]t|unable"
    r"|no (?:files?|edits?|changes?|code)|nothing (?:was|has been)"
    r"|not (?:yet |able |permitted |allowed )?(?:been |to )?(?:written|created|made|applied|saved|edited|implemented"
    r"|modified|run|create|write)|(?:ready|will|I['\u2019]ll|would|can) (?:to )?(?:be )?(?:write|written|create|appl\w+"
    r"|implement\w*|proceed|execut\w+|make|save|edit)|(?:please|need|must|like me to) (?:to )?exit|read-only|pending"
    r"|(?:instead of|rather than) (?:writ|edit|creat|implement|sav|mak|appl)\w+|(?:prevent|block|stop|restrict)\w* me\b"
    r"|you(?:['\u2019]ll| will)? (?:need|have) to|for you to (?:writ|sav|appl|creat)\w*|only wrote to the plan"
    r"|before (?:making|writing)|parent(?: agent)? (?:should|must|can|needs? to|has to|will)"
    r"|inline (?:instead|above|below))\b"
    r"|できません|できない|无法|不能|수 없",
    _I,
)
_WORKED_ON = re.compile(
    r"\bI(?:['\u2019]ve| have)? (?:reviewed|read|found|checked|documented|updated|added|fixed|implemented|changed"
    r"|removed|refactored|renamed|tested)\b",
    _I,
)
_RUN = (
    r"(?:build|compilation|deploy(?:ment)?|install(?:ation)?|migration|execution|command|script|job|pipeline|run|apply)"
)
# "Build failed" before a noun names a thing, as in "Build failed events are logged".
_ENDS = (
    r"(?=\W{0,3}$|[*_]*\s*[.:;,!?|)(\u2013\u2014\n-]|[*_]*\s+(?:with|at|because|due|after|on|in|and|so|when|while|during"
    r"|for|as|again|twice|since|before)\b)"
)
_RUN_FAILED = re.compile(
    rf"(?:^|[\n.:*#|>-]\s*\**|\bthe |\bbut (?:the )?|[\u274c\u26a0\ufe0f]\s*\**)(?:\w+ ){{0,2}}{_RUN}"
    r"(?: step| stage)?\b[:\s*]*"
    rf"(?:has |have |had )?(?:fail(?:ed|s|ure){_ENDS}|(?:was|is) (?:not successful|unsuccessful|failing|broken|aborted)"
    r"|could(?: not|n['\u2019]t) (?:be )?(?:complete|run|start|finish|execute)\w*|did(?: not|n['\u2019]t) "
    r"(?:complete|succeed|finish|start)|timed out|crashed|aborted)"
    r"|\b(?:build|code|project|solution|crate) (?:still )?(?:does|did)(?: not|n['\u2019]t) (?:compile|build)\b"
    rf"|\b(?:status|result|outcome|verdict)\W{{1,6}}(?:{_RUN} )?(?:failed|failure|error|blocked){_ENDS}",
    _I | re.MULTILINE,
)
_RUN_IMPOSSIBLE = re.compile(
    rf"(?:\bI (?:was |am )?|^\W*)(?:unable to|could(?: not|n['\u2019]t)|cannot|can['\u2019]t) (?:build|compile|install"
    rf"|deploy|migrate|publish|(?:run|execute|complete|finish|start) (?:the |your )?(?:\w+ )?{_RUN})\b[^.\n]{{0,80}}"
    r"\b(?:not (?:installed|available|running|reachable|found|accessible)|missing|unavailable|unreachable|failed"
    r"|errors?|exit(?:ed|s)? (?:code|with|status)|timed out|no (?:space|network|access)|disk)\b",
    _I | re.MULTILINE,
)
_RUN_MENDED = re.compile(
    r"\b(?:fixed|resolved|repaired|corrected|mended|worked around|succe(?:ss\w*|ed\w*)|pass(?:es|ed|ing)?|green"
    r"|(?:initially|previously|first|earlier|before|pre-existing|preexisting|unrelated)\b[^.\n]{0,60}\bfail\w*"
    r"|fail\w*[^.\n]{0,60}\b(?:initially|previously|before|pre-existing|unrelated|root cause)|if the|when the"
    r"|so I (?!(?:could|can|cannot|was|am|stopped|have|had|did|do)\b)\w+|no (?:build|run|longer))\b",
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
    if has_any(tail, _PLAN_MODES) and _is_held_in_plan_mode(tail):
        yield "plan_mode_told"
    if any(_tells_of_failed_run(edge, report) for edge in (head, tail)):
        yield "run_failure_told"
    if len(report) < 4 * SHORT_REPLY and _SUMMARIZES.search(head) and not _QUOTES.search(report):
        yield "summary_told"
    if len(report) < SHORT_REPLY and _ASKS.search(tail.rstrip()) and not _HAS_WORK.search(report):
        yield "question_told"
    if len(report) < SHORT_REPLY and _DECLINES.search(head):
        yield "refusal_told"
    if _NO_FAULT.search(head) or _NO_FAULT.search(tail):
        yield "no_fault_told"
    if any(has_any(edge, _REFUSALS) and _REJECTS.search(edge) for edge in (head, tail)):
        yield "rejection_told"
    elif any(has_any(edge, _PRAISES) and _APPROVES.search(edge) for edge in (head, tail)):
        yield "approval_told"


def _is_held_in_plan_mode(words: str) -> bool:
    """Tell whether a sentence says that plan mode holds the agent, and it or its neighbors what was not done for it."""
    sentences = SENTENCE.split(words)
    return any(
        _IN_PLAN_MODE.search(sentence)
        and not _WORKED_ON.search(sentence)
        and _NOT_DONE.search(" ".join(sentences[max(0, place - 1) : place + 2]))
        for place, sentence in enumerate(sentences)
    )


def _tells_of_failed_run(words: str, report: str) -> bool:
    """Tell whether a run failed, or could not begin and nothing else was done; and was not mended."""
    if not has_any(words, _FAILURES) or _RUN_MENDED.search(words):
        return False
    return bool(_RUN_FAILED.search(words) or (_RUN_IMPOSSIBLE.search(words) and not _HAS_WORK.search(report)))
