"""Take secrets out of a text before it is embedded or stored."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from recommender.secret_values import is_assigned_secret, is_likely_secret, is_mixed, is_random

MAX_PASSES = 4  # A replacement can lay bare another secret; one pass sufficed for every real text.
MAX_VALUE = 200  # Characters in which a pattern looks for a value's end, so that no scan repeats a long one.

_REST_OF_VALUE = re.compile(r"[^\s\"'`<>]*")
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class Rule(NamedTuple):
    """One kind of secret, matched where one of `starts` (lower case) stands, or anywhere where there are none.

    The secret is the last group of `pattern`, or all of it; `is_secret` may still refuse it.
    """

    kind: str
    starts: tuple[str, ...]
    pattern: re.Pattern[str]
    is_secret: Callable[[str], bool] | None = None


def redact(text: str) -> str:
    """Return `text` with every secret replaced by `[REDACTED:<kind>]`; idempotent, linear in the text's length.

    User names in paths are not secrets, nor is what only refers to one (`$TOKEN`, `os.environ[...]`).
    """
    return apply_rules(text, RULES)


def apply_rules(text: str, rules: Iterable[Rule]) -> str:
    """Return `text` after the rules, repeated until nothing changes."""
    for _ in range(MAX_PASSES):
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters (İ) grow in lower case, and places would no longer agree
            lowered = text.translate(_ASCII_LOWER)
        spans = sorted(
            (start, order, end, rule.kind)
            for order, rule in enumerate(rules)
            for start, end in _secrets(text, lowered, rule)
        )
        if not spans:
            break
        text = _replaced(text, spans)
    return text


def _secrets(text: str, lowered: str, rule: Rule) -> Iterator[tuple[int, int]]:
    if not rule.starts:
        yield from filter(None, (_secret_span(text, match, rule) for match in rule.pattern.finditer(text)))
    for start in rule.starts:
        position = lowered.find(start)
        while position >= 0:
            match = rule.pattern.match(text, position)
            span = _secret_span(text, match, rule) if match else None
            if span:
                yield span
            position = lowered.find(start, max(span[1] if span else 0, position + len(start)))


def _secret_span(text: str, match: re.Match[str], rule: Rule) -> tuple[int, int] | None:
    start, end = match.span(match.lastindex or 0)
    secret = text[start:end]
    if "[REDACTED" in secret or (rule.is_secret and not rule.is_secret(secret)):
        return None
    if match.lastindex and end - start >= MAX_VALUE:
        end = _REST_OF_VALUE.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing at the least
    return start, end


def _replaced(text: str, spans: list[tuple[int, int, int, str]]) -> str:
    parts, position = [], 0
    for start, _, end, kind in spans:
        if start >= position:
            parts += [text[position:start], f"[REDACTED:{kind}]"]
        position = max(position, end)
    return "".join([*parts, text[position:]])


def _rule(kind: str, starts: str, pattern: str, is_secret: Callable[[str], bool] | None = None) -> Rule:
    return Rule(kind, tuple(starts.split()), re.compile(pattern, re.ASCII), is_secret)


# A token is taken to its end. Where its first letters occur in ordinary words it starts only where a word does.
_START = r"(?<![A-Za-z0-9_-])"
_VALUE = (
    rf"(?:\"([^\"\s]{{4,{MAX_VALUE}}}+)|'([^'\s]{{4,{MAX_VALUE}}}+)|`([^`\s]{{4,{MAX_VALUE}}}+)"
    rf"|([^\s\"'`;,|<>(){{}}\[\]]{{4,{MAX_VALUE}}}+)(?![(\[{{]))"
)
_NAMED_KEY = (
    "(?:"
    + "|".join(
        f"(?<={name})|(?<={name}[_-])"
        for name in ("api", "access", "secret", "private", "auth", "account", "signing", "master")
    )
    + ")"
)
_KEY_OF_PUTTY = r"private-lines: \d{1,4}(?:\s+[A-Za-z0-9+/=]{20,})+"
_END_OF_PEM = r"[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_TORN_PEM = r"(?:(?:[\s\"'+,]|\\[nr])*[A-Za-z0-9+/=]{20,})+"

# High-entropy words are last: whatever has a name of its own keeps it.
RULES = (
    _rule(
        "private-key",
        "-----begin private-lines:",
        rf"-----BEGIN [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----(?:{_END_OF_PEM}|{_TORN_PEM})|(?i:{_KEY_OF_PUTTY})",
    ),
    _rule("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{12,}"),
    _rule(
        "openai-key",
        "sk-",
        rf"{_START}sk-(?:(?:proj|svcacct|admin|service|or-v1|lf)-[\w-]{{16,}}|(?=[A-Za-z]*\d)[A-Za-z0-9]{{20,}})",
    ),
    _rule("aws-key", "akia asia abia acca a3t", rf"{_START}(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{{16,}}"),
    _rule("github-token", "gh", r"gh[pousr]_[A-Za-z0-9_]{30,}"),
    _rule("github-token", "github_pat_", r"github_pat_\w{22,}"),
    _rule("gitlab-token", "gl", r"gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas|ffct)-[\w.-]{20,}"),
    _rule("gitlab-token", "gr1348941", r"GR1348941[\w-]{20,}"),
    _rule("slack-token", "xox xapp-", r"(?<![A-Za-z0-9])x(?:ox[a-z]|app)-[\w%/+=-]{10,}"),
    _rule("slack-webhook", "hooks.slack", r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([\w/-]{10,})"),
    _rule("stripe-key", "sk_ rk_ pk_ whsec_", r"(?<![A-Za-z0-9])(?:[srp]k_(?:live|test)|whsec)_[\w+/=]{10,}"),
    _rule("google-key", "aiza ya29. gocspx-", rf"{_START}(?:AIza[\w-]{{30,}}|ya29\.[\w.-]{{20,}}|GOCSPX-[\w-]{{20,}})"),
    _rule(
        "service-token",
        "npm_ hf_ dop_v1_ shpat_ pypi-ageichlwas",
        rf"{_START}(?:(?:npm|hf|dop_v1|shpat)_[A-Za-z0-9]{{30,}}|pypi-AgEIcHlwaS[\w-]{{50,}})",
    ),
    _rule("service-token", "sg.", rf"{_START}SG\.[\w-]{{15,}}\.[\w-]{{30,}}"),
    _rule("service-token", "akc ap", rf"{_START}A(?:KC|P[\dA-F])[A-Za-z0-9]{{10,}}", is_mixed),
    _rule("service-token", "", r"\b[0-9a-z]{32}-us\d{1,2}\b"),
    _rule("jwt", "eyj", rf"{_START}eyJ[\w=-]{{6,}}(?:\.[\w+/=-]*){{1,4}}", lambda token: len(token) >= 30),
    _rule(
        "url-password",
        "://",
        r"://[^\s:/@\"'<>`]{0,128}:([^\s/\"'<>`]{1,128})@",
        lambda value: not re.match(r"[{<[]|\$[{(A-Z_]|%[sA-Z({]|\*+$|x{3,}$|\.{3}$", value),
    ),
    _rule(
        "authorization",
        "bearer basic token apikey",
        rf"(?i)(?:\bbearer|(?<=authorization.{{2}})(?:basic|token|apikey)|(?<=authorization.{{3}})(?:basic|token|apikey)"
        rf"|(?<=authorization.{{4}})(?:basic|token|apikey))(?:\s{{1,4}}|%20)[\"']?([\w.~+/=:-]{{8,{MAX_VALUE}}}+)",
        is_likely_secret,
    ),
    _rule(
        "env-value",
        "secret passw passphrase _pass= pwd= token apikey _key _auth= credential salt= _dsn=",
        r"(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|TOKEN|API_?KEY|CREDENTIALS?|SALT|_(?:KEY|PASS|AUTH|DSN))"
        r"(?:_BASE|_PROD|_DEV|_TEST|_\d{1,2}|_KEY|_KEY_BASE)?="
        rf"(?:\"([^\"\n]{{4,{MAX_VALUE}}}+)|'([^'\n]{{4,{MAX_VALUE}}}+)|([^\s\"'`;|<>()]{{4,{MAX_VALUE}}}+)(?![(]))",
        is_assigned_secret,
    ),
    _rule(
        "secret-value",
        "secret passw passphrase pwd key token credential",
        rf"(?i)(?:secret|passw(?:or)?d|passphrase|pwd|{_NAMED_KEY}key|token|credentials?)"
        r"(?:[_-]?(?:key|base|access|value|string|prod|production|dev|test|staging|live|\d{1,2})){0,3}"
        rf"[\"'`\]]{{0,2}}\s{{0,4}}(?:=>|:=|!==?|={{1,3}}|:)\s{{0,4}}{_VALUE}",
        is_likely_secret,
    ),
    _rule("aws-key", "aws", r"(?i)aws\w{0,40}[\"'\s:=(]{1,8}([a-z0-9/+]{40})(?![a-z0-9/+=])", is_mixed),
    _rule("high-entropy", "", r"(?<![\w/+=.-])[A-Za-z0-9_-]{24,200}+(?![\w/+=-])", is_random),
)
