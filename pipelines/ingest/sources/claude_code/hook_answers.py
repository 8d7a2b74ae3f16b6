"""What hooks answered to the call of a spawn, as `hook_success` attachments keep it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.observations import Applied
from pipelines.ingest.sources.claude_code.spawn_calls import SPAWN_TOOLS
from pipelines.ingest.values import identifier, mapping, name, text

MAX_ANSWER = 2**20  # characters
_OURS = re.compile(r"\bspawnwise(?:\.exe)?['\"]? hook pre-spawn\b")
_OUR_WORDS = "spawnwise"  # with which our answer tells what it changed, whatever command the hook was installed by


def applied(attachment: Mapping[str, Any], at_ms: int) -> Applied | None:
    """Return what a hook left in the call of a spawn; None where it changed nothing."""
    tool = text(attachment.get("hookName")).partition(":")[2]
    key, printed = identifier(attachment.get("toolUseID")), text(attachment.get("stdout"))
    if attachment.get("type") != "hook_success" or tool not in SPAWN_TOOLS or not key or len(printed) > MAX_ANSWER:
        return None
    try:
        answer = mapping(json.loads(printed))
    except (ValueError, RecursionError):
        return None
    updated = mapping(mapping(answer.get("hookSpecificOutput")).get("updatedInput"))
    if not updated:
        return None
    said = text(answer.get("systemMessage"))
    is_ours = bool(_OURS.search(text(attachment.get("command")))) or said.startswith(_OUR_WORDS)
    by = "spawnwise" if is_ours else "other"
    return Applied(key, at_ms, -at_ms, by, name(updated.get("model")), name(updated.get("effort")))
