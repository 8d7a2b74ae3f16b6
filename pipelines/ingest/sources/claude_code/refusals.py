"""What was refused: to start an agent, which tells nothing of a model; or what an agent needed to do its work.

A report may well be about the permissions and the tools of what it has worked on: what counts names a tool of the
agent's, or the agent speaks of itself.
"""

import re

NOT_STARTED = "launch_failed"

# A call's own words for what stopped it, from what the call names to what the session allows.
REFUSALS = "|".join(
    (
        r"agent type .{0,120}(?:not found|is ambiguous|not offered|is unavailable)|(?:unknown|invalid) agent",
        r"agent .{0,120}(?:not found|does not exist|is not available|not allowed)",
        r"inputvalidationerror|no such tool available|no transcript found for agent|cannot resume",
        r"model .{0,80}(?:not found|not available|not supported|is invalid)",
        r"required mcp servers? .{0,60}not available|requires mcp servers matching",
        r"(?:create|set up) .{0,30}worktree|(?:launch|create) (?:remote|cloud) (?:agent|session)",
        r"team .{0,60}(?:does not exist|not found)|already leading|agent teams is not",
        r"fork (?:is not available|cannot use)|new agents cannot be started",
        r"(?:subagents?|nested|teammates?) .{0,60}(?:cannot|can't|may not|not allowed)",
        r"maximum .{0,30}(?:depth|agents)|subagent (?:nesting |spawn )?limit reached",
        r"permission to use \w+ .{0,80}denied|permission for this action .{0,40}denied|denied by",
        r"permissions? to (?:use|spawn) \w+(?:\.|, but you haven't granted)",
        r"auto mode (?:cannot determine|could not evaluate)",
        r"hook .{0,80}(?:denied|blocked|error)|stopped by \w+ hook|plan mode",
        r"tool execution discarded|claude ended the conversation",
    )
)

# The field in which newer versions say why a call was not executed: it outweighs a hook's words, which may be any.
DENIALS = {"permission-rule", "automode-blocked", "automode-unavailable"}

HEAD = 400  # characters in which an error or a refusal says what it is
_CANNOT = (
    r"\b(?:cannot|can['\u2019]t|can not|unable to|could(?: not|n['\u2019]t)|was(?: not|n['\u2019]t) able to|blocked)\b"
)
_DENIED_WORDS = r"(?:denied|refused|rejected|blocked|not granted)"
_TOOL = (
    r"[`'\"]?(?-i:Write|Edit|MultiEdit|Bash|Read|Grep|Glob|WebFetch|WebSearch|NotebookEdit|Skill|mcp__\w+)"
    r"(?![A-Za-z0-9_])[`'\"]?"
)
_DENIED = re.compile(
    r"auto(?:matically)?[- ]denied"
    rf"|permissions? to (?:use|run) {_TOOL}.{{0,80}}{_DENIED_WORDS}"
    rf"|{_TOOL} (?:and \w+ )?(?:tool |tools )?(?:permissions?|use|calls?|tools?|(?<=tool )access) "
    rf"(?:was|were|has been|have been|got|keeps? being) {_DENIED_WORDS}"
    r"|\bI(?: currently| still)? (?:do|did)(?: not|n['\u2019]t) have (?:the )?(?:\w+ ){0,2}permissions? to "
    r"(?:use|run|write|edit|create)"
    r"|\bI (?:need|require) (?:your )?(?:permission|approval) to (?:use|run|write|edit|create)"
    rf"|\bI\b[^.\n]{{0,60}}{_CANNOT} (?:write|edit|create|run|modify|save|execute|make|apply|update)\b[^\n]{{0,160}}"
    rf"\bpermissions?\b[^\n]{{0,60}}{_DENIED_WORDS}"
    rf"|{_TOOL}[^\n]{{0,40}}(?:権限|許可|权限|권한|Berechtigung|permiso|permission|autorisation|разрешени)[^\n]{{0,40}}"
    r"(?:拒否|拒绝|被拒|거부|verweigert|abgelehnt|denegad|rechazad|refusée|отклон|отказ)",
    re.IGNORECASE,
)
_NOT_GRANTED = (
    r"(?:\b(?:denied|refused|rejected|blocked|restricted)|(?:\bnot|n['\u2019]t|\bnever) (?:yet )?(?:been )?"
    r"(?:granted|given|approved|allowed|permitted))\b"
)
_PERMISSION = (
    rf"(?:\bpermissions?\b|\bapproval\b|\b(?:write|edit|shell|file|command|tool)[ -]access\b|{_TOOL}(?= (?:tool|access"
    r"|permission|call|invocation|command|use|was|were|is|has|and|or)|,))"
)
# Without one of these words no sentence says so, and trying takes longer than looking for them.
_OF_ACCESS = (
    *("permission", "approv", "access", "denied", "refused", "rejected", "blocked", "restricted", "granted", "given"),
    *("allowed", "permitted"),
)
# A sentence in which something is not granted to the agent, or it lacks or asks for it.
_KEPT_FROM = re.compile(
    rf"{_PERMISSION}[^\n]{{0,100}}{_NOT_GRANTED}|{_NOT_GRANTED}[^\n]{{0,60}}{_PERMISSION}"
    rf"|\bpermissions?\b[^\n]{{0,30}}\b(?:prevent(?:ed|s)?|stopped|kept|block(?:ed|s)?) me\b"
    r"|\bI(?: currently| still)? (?:lack|(?:do|did)(?: not|n['\u2019]t) have|have no)\b[^.\n]{0,30}"
    r"\b(?:permissions?|access) to (?:the (?:Write|Edit|Bash|shell)|use|run|execute|write|edit|create|modify|save)\b"
    r"|\bI (?:do|did)(?: not|n['\u2019]t) have (?:write|edit|bash|shell|file|command|tool)\b[^.\n]{0,20}"
    r"\b(?:access|permissions?)\b"
    rf"|\bI (?:need|require) (?:your )?(?:{_TOOL} (?:permissions?|approval|access)|(?:permission|approval) to)\b",
    re.IGNORECASE,
)
_KEEPS_IT = re.compile(
    r"\b(?:I|I['\u2019](?:m|ve)|me|my (?:\w+ )?(?:attempts?|calls?|commands?|requests?|edits?|writes?|session))\b"
    r"|\bso\b[^.\n]{0,60}(?:\bnot\b|n['\u2019]t\b|\bno\b|nothing)|^\W*(?:cannot|could not|couldn['\u2019]t|unable)\b",
    re.IGNORECASE,
)
# What others are refused by what the agent worked on, or what it then did in another way.
_OF_ITS_WORK = re.compile(
    r"\b(?:where|when|if|whether|unless|who|users?(?!['\u2019])|admins?|viewers?|guests?|roles?|endpoints?|returns?"
    r"|errors?|messages?|prompts?|dialog|policy|rules?|spec|should|recommend\w*|suggest\w*|camera|location|microphone"
    r"|could(?: not|n['\u2019]t) find|I(?:['\u2019]ve| have)? (?:fixed|added|updated|implemented|removed"
    r"|changed|found|see|saw|checked|confirmed|verified|reviewed|read|looked|traced)"
    r"|(?:so|and|but) I (?:used|read|fell|switched|relied|took|went|found|managed))\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")  # what lies between two
_REFUSED_IN_PLAN_MODE = re.compile(
    rf"\b(?:I|I['\u2019]m|me|my)\b.{{0,80}}plan mode.{{0,120}}{_CANNOT}|\bI\b.{{0,20}}{_CANNOT}.{{0,120}}plan mode"
    r"|(?:^|[.!:;,(\n*]\s*|\b(?:since|because|as|that|but|and) )plan mode is (?:still |currently )?active"
    r"|plan mode (?:prevents|is preventing|forbids|prohibits|does(?: not|n['\u2019]t) allow) me"
    r"|(?:プランモード|计划模式|规划模式|(?:계획|플랜) 모드)[^\n]{0,40}(?:できません|できない|无法|不能|수 없)"
    r"|(?:Plan(?:ungs)?modus[^\n]{0,60}\bich\b[^\n]{0,30}(?:nicht|keine)|modo plan[^\n]{0,60}no p(?:uedo|ude)\b)",
    re.IGNORECASE,
)
_NO_TOOL = re.compile(
    rf"^.{{0,60}}{_CANNOT}[^.]{{0,120}}\b(?:tools?|mcp)\b.{{0,250}}?\b(?:(?:not|n't) (?:currently )?(?:available"
    r"|accessible|connected|present|reachable|responding|configured)|unavailable|inaccessible)",
    re.IGNORECASE | re.DOTALL,
)


def says_refused(report: str) -> bool:
    """Tell whether a permission was denied to the agent, or plan mode forbade the work."""
    if _REFUSED_IN_PLAN_MODE.search(report[:HEAD]) or _DENIED.search(report):
        return True
    if not has_any(report, _OF_ACCESS):
        return False
    kept_from = [sentence for sentence in SENTENCE.split(report) if _KEPT_FROM.search(sentence)]
    return any(_KEEPS_IT.search(sentence) and not _OF_ITS_WORK.search(sentence) for sentence in kept_from)


def says_tool_is_missing(report: str) -> bool:
    """Tell whether the report begins with: cannot do it, as a tool is not there."""
    return bool(_NO_TOOL.search(report[:HEAD]))


def has_any(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether one of these lower-case words is in a text, in whatever case."""
    folded = text.casefold()
    return any(word in folded for word in words)
