"""Tell a secret from what stands in its place: references, templates, words, identifiers."""

import base64
import itertools
import re

MIN_ASSIGNED = 4
MIN_LIKELY = 6
MIN_RANDOM = 24  # Characters; shorter random-looking words are too often identifiers.
MIN_KIND_CHANGES = 0.42  # Share of neighbours of unlike kind: random base62 has .62, camelCase names about .25.

_PLACEHOLDER = re.compile(
    r"(?i)\$[{(a-z_]|[<{\[(]|%[sa-z({]|\*{2,}|x{3,}|\.{2,}|-+$|your?[-_]|my[-_]|example|change[-_ ]?(?:me|this)"
    r"|replace|insert[-_]|dummy|fake|placeholder|(?:todo|none|null|nil|true|false|undefined|string|await|new)\b"
    r"|required|optional|redacted|process\.|os\.|env[.\[(:_]|getenv|import\.|config[.\[_]|settings[.\[_]"
    r"|secrets?[.\[]|self\.|this\.|[\d._:+-]+[a-z%]{0,2}$"
)
# Types, algorithms and encodings have digits too; so have dotted names.
_IDENTIFIER = re.compile(
    r"(?i)(?:u?int|float|bytes|sha|md|aes|rsa|hs|rs|es|base|utf|oauth|http|v)-?\d+\w*$|[a-z_]\w*(?:\.[a-z_]\w*)+;?$"
    r"|https?://"
)
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT_OR_SIGN = re.compile(r"[\d!@#$%^&*+?~]")


def is_assigned_secret(value: str) -> bool:
    """Tell whether the value of an environment variable with a secret's name is one."""
    return len(value) >= MIN_ASSIGNED and not _PLACEHOLDER.match(value)


def is_likely_secret(value: str) -> bool:
    """Tell whether a value beside a secret's name in code or prose is one: letters with digits or signs in between."""
    if len(value) < MIN_LIKELY or _PLACEHOLDER.match(value) or _IDENTIFIER.match(value):
        return False
    return bool(_LETTER.search(value) and _DIGIT_OR_SIGN.search(value))


def is_mixed(token: str) -> bool:
    """Tell whether a token has lower case, capitals and digits, as words and constants seldom do."""
    return any(map(str.islower, token)) and any(map(str.isupper, token)) and any(map(str.isdigit, token))


def is_private_key(encoded: str) -> bool:
    """Tell whether a base64 text is that of a private key, and not of a certificate."""
    return b"PRIVATE KEY" in base64.b64decode("".join(encoded[:64].split())[:32] + "====")


def is_random(token: str) -> bool:
    """Tell whether a token, up to its first full stop, mixes lower case, capitals and digits as only chance does."""
    token = token.partition(".")[0]
    if len(token) < MIN_RANDOM:
        return False
    kinds = ["a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "-" for c in token]
    if not {"a", "A", "0"} <= set(kinds):
        return False
    changes = sum(left != right for left, right in itertools.pairwise(kinds))
    return changes / (len(token) - 1) >= MIN_KIND_CHANGES
