"""What a model is called: names are data, so any new one passes through."""

import re

_CLAUDE = re.compile(r"claude-(?:\d[\d.-]*-)?([a-z]+)")
_BARE_FAMILY = re.compile(r"(haiku|sonnet|opus|fable)(?![a-z])")
_VERSIONED = re.compile(
    r"claude-(?:(?P<old>\d{1,2}(?:[.-]\d{1,2})?)-(?P<name>[a-z]+)|(?P<family>[a-z]+)-(?P<new>\d{1,2}(?:[.-]\d{1,2}(?!\d))?)(?!\d))"
)
_PROVIDER = re.compile(
    r"^.*[/]|^(?:[a-z-]{2,7}\.)?(?:anthropic|openai|google|meta|amazon|mistral|cohere|deepseek|qwen|ai21|writer"
    r"|moonshotai|minimax|zai|nvidia)\."
)
_LEFT_OPEN = frozenset({"", "inherit", "default", "auto", "none", "null", "~"})
_RELEASE = re.compile(
    r"(?:[-@]20\d{2}-?\d{2}-?\d{2}|-latest|@default|-v\d+:\d+|\[[^\]]*\]"
    r"|:(?:beta|free|thinking|online|nitro|floor|exacto|extended|batch))+$"
)

# List prices as they compare, for choosing among models where no real cost is known. Unknown names rank last.
_PRICE_ORDER = ("haiku", "sonnet", "opus", "fable")
_VENDORS = (
    ("openai", re.compile(r"gpt|chatgpt|codex|o[1-9](?![a-z])")),
    ("google", re.compile(r"gemini|gemma|palm")),
    ("mistral", re.compile(r"mi[sx]tral|devstral|codestral|magistral")),
    ("moonshot", re.compile(r"kimi|moonshot")),
    ("zhipu", re.compile(r"glm|chatglm")),
)


def model_family(name: str) -> str:
    """Return the family that a model belongs to: `claude-haiku-4-5-20251001` is `haiku`.

    A name outside the Claude family is returned in lower case, without its provider and its release date.
    """
    cleaned = name.strip().lower()
    found = _CLAUDE.search(cleaned) or _BARE_FAMILY.match(_PROVIDER.sub("", cleaned))
    return found[1] if found else _RELEASE.sub("", _PROVIDER.sub("", cleaned))


def model_version(name: str) -> str | None:
    """Return a model's name without its provider and its release date; None where only Claude's family is named."""
    if version := claude_version(name):
        return version
    cleaned = _RELEASE.sub("", _PROVIDER.sub("", name.strip().lower()))
    return None if _BARE_FAMILY.fullmatch(cleaned) else cleaned


def claude_version(name: str) -> str | None:
    """Return the version of Claude in a name, as Anthropic spells it: `claude-haiku-4-5`, `claude-3-5-haiku`."""
    found = _VERSIONED.search(name.lower())
    if not found:
        return None
    number = (found["new"] or found["old"]).replace(".", "-")
    family = found["family"] or found["name"]
    return f"claude-{family}-{number}" if int(number.partition("-")[0]) >= 4 else f"claude-{number}-{family}"


def vendor_of(model: str) -> str:
    """Return who makes a model, as far as its name tells; the first word of an unknown one's."""
    name = model_family(model)
    if name in _PRICE_ORDER:
        return "anthropic"
    return next((vendor for vendor, pattern in _VENDORS if pattern.match(name)), re.split(r"[-_\d. ]", name)[0] or name)


def declared_family(declared: str) -> str | None:
    """Return the family of the model that an agent's spec declares; None where it leaves the choice open."""
    name = declared.strip("`*\"',")
    return None if name.lower() in _LEFT_OPEN else model_family(name)


def price_rank(family: str) -> int:
    """Return a number that is smaller for families with a lower list price."""
    return _PRICE_ORDER.index(family) if family in _PRICE_ORDER else len(_PRICE_ORDER)
