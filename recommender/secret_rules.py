"""What a secret looks like: one rule for each kind."""

import re
from collections.abc import Callable
from typing import NamedTuple

from recommender.secret_values import is_assigned_secret, is_likely_secret, is_mixed, is_private_key, is_random

MAX_VALUE = 100  # Characters in which a pattern looks for a value's end, so that no scan repeats a long one.


class Rule(NamedTuple):
    """One kind of secret, matched where one of `starts` (lower case) stands, or anywhere where there are none.

    The secret is the last group of `pattern`, or all of it; `is_secret` may still refuse it.
    """

    kind: str
    starts: tuple[str, ...]
    pattern: re.Pattern[str]
    is_secret: Callable[[str], bool] | None = None


def _rule(kind: str, starts: str, pattern: str, is_secret: Callable[[str], bool] | None = None) -> Rule:
    return Rule(kind, tuple(starts.split()), re.compile(pattern, re.ASCII), is_secret)


# A token is taken to its end. Where its first letters occur in ordinary words it starts only where a word does.
_START = r"(?<![A-Za-z0-9_-])"
_ESCAPES = r"\\{0,3}"  # before a quote that stands in JSON
_VALUE = (
    rf"(?:{_ESCAPES}(?:\"([^\"\s]{{4,{MAX_VALUE}}}+)|'([^'\s]{{4,{MAX_VALUE}}}+)|`([^`\s]{{4,{MAX_VALUE}}}+))"
    rf"|([^\s\"'`;,|<>(){{}}\[\]\x00-\x1f]{{4,{MAX_VALUE}}}+)(?![(\[{{]))"
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
_ENCODED_PEM = r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]{20,}(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{20,})*"

# High-entropy words are last: whatever has a name of its own keeps it.
RULES = (
    _rule(
        "private-key",
        "-----begin private-lines:",
        rf"-----BEGIN [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----(?:{_END_OF_PEM}|{_TORN_PEM})|(?i:{_KEY_OF_PUTTY})",
    ),
    _rule("private-key", "ls0tls1crudjti", _ENCODED_PEM, is_private_key),
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
    _rule(
        "service-token",
        "hvs. dapi pul- rubygems_ nrak- age-secret-key-1 sntry fm2_",
        rf"{_START}(?:hvs\.[\w-]{{24,}}|dapi[0-9a-f]{{32,}}|pul-[0-9a-f]{{40,}}|rubygems_[0-9a-f]{{40,}}"
        r"|NRAK-[A-Z0-9]{24,}|AGE-SECRET-KEY-1[A-Z0-9]{40,}|sntry[su]_[\w+/=]{30,}|fm2_[\w+/=]{30,})",
    ),
    _rule("service-token", "api/webhooks/", r"api/webhooks/\d{10,20}/([\w-]{30,})"),
    _rule("service-token", "token", r"(?i)token\s{1,4}([0-9a-f]{40})(?![0-9a-f])"),
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
        "authorization bearer",
        r"(?i)(?:\bbearer|authorization[\\\"'`\]:=\s]{1,12}(?:basic|token|apikey))"
        rf"(?:\s{{1,4}}|%20)[\"']?([\w.~+/=:-]{{8,{MAX_VALUE}}}+)",
        is_likely_secret,
    ),
    _rule(
        "env-value",
        "secret passw passphrase _pass= pwd= token apikey _key _auth= credential salt= _dsn=",
        r"(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|TOKEN|API_?KEY|CREDENTIALS?|SALT|_(?:KEY|PASS|AUTH|DSN))"
        r"(?:_BASE|_PROD|_DEV|_TEST|_\d{1,2}|_KEY|_KEY_BASE)?="
        rf"(?:{_ESCAPES}(?:\"([^\"\n]{{4,{MAX_VALUE}}}+)|'([^'\n]{{4,{MAX_VALUE}}}+))"
        rf"|([^\s\"'`;|<>()\x00-\x1f]{{4,{MAX_VALUE}}}+)(?![(]))",
        is_assigned_secret,
    ),
    _rule(
        "secret-value",
        "secret passw passphrase _pass pwd key token credential",
        rf"(?i)(?:secret|passw(?:or)?[dt]|passphrase|_pass|pwd|{_NAMED_KEY}key|token|credentials?)"
        r"(?:[_-]?(?:key|base|access|value|string|prod|production|dev|test|staging|live|\d{1,2})){0,3}"
        rf"[\\\"'`\]]{{0,6}}\s{{0,4}}(?:=>|:=|!==?|={{1,3}}|:|>)\s{{0,4}}{_VALUE}",
        is_likely_secret,
    ),
    _rule(
        "secret-value",
        "--pass --pwd --token --secret --api --access --auth --client --private",
        rf"(?i)--[a-z-]{{0,20}}(?:pass(?:word|wd|phrase)?|pwd|token|secret|key)\s{{1,4}}{_VALUE}",
        is_likely_secret,
    ),
    _rule("secret-value", "-u --user", rf"--?u(?:ser)?[\s=]{{1,2}}[\"']?[\w.@+-]{{1,64}}:{_VALUE}", is_likely_secret),
    _rule("secret-value", "mysql", rf"(?i)mysql\w{{0,8}}\b[^\n|;&]{{0,80}}?\s-p{_VALUE}", is_likely_secret),
    _rule("secret-value", "sshpass", rf"(?i)sshpass\s{{1,4}}-p\s{{0,4}}{_VALUE}", is_likely_secret),
    _rule(
        "secret-value",
        "passw passphrase",
        rf"(?i)pass(?:word|wd|phrase)\s{{1,4}}(?:is|was):?\s{{1,4}}{_VALUE}",
        is_likely_secret,
    ),
    _rule(
        "secret-value",
        "login",
        rf"(?i)\blogin\s{{1,4}}\S{{1,100}}\s{{1,4}}password\s{{1,4}}{_VALUE}",
        is_assigned_secret,
    ),
    _rule(
        "aws-key",
        "akia asia",
        r"(?:AKIA|ASIA)[0-9A-Z]{16}(?=\W)[^~]{1,80}?(?<![\w/+=])([A-Za-z0-9/+]{40})(?![\w/+=])",
        is_mixed,
    ),
    _rule("aws-key", "aws", r"(?i)aws\w{0,40}[\"'\s:=(]{1,8}([a-z0-9/+]{40})(?![a-z0-9/+=])", is_mixed),
    _rule("high-entropy", "", r"(?<![\w/+.-])[A-Za-z0-9_-]{24,200}+(?:\.[\w-]{6,200}+){0,4}(?![\w/+=-])", is_random),
)
FORMS = tuple(rule for rule in RULES if rule.kind != "high-entropy")
