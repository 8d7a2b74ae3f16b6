"""Whether a report says that the agent was not allowed to work, or had not the tool for it.

A report may well be about the permissions and the tools of what it has worked on: what counts names a tool of the
agent's, or the agent speaks of itself.
"""

import re

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
_REFUSED_IN_PLAN_MODE = re.compile(
    rf"\b(?:I|I['\u2019]m|me|my)\b.{{0,80}}plan mode.{{0,120}}{_CANNOT}|\bI\b.{{0,20}}{_CANNOT}.{{0,120}}plan mode"
    r"|plan mode is (?:still )?active"
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
    return bool(_REFUSED_IN_PLAN_MODE.search(report[:HEAD]) or _DENIED.search(report))


def says_tool_is_missing(report: str) -> bool:
    """Tell whether the report begins with: cannot do it, as a tool is not there."""
    return bool(_NO_TOOL.search(report[:HEAD]))
