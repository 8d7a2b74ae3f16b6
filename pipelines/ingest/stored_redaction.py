"""Take secrets out of everything that ingest stores: the recommender's rules, then those of detect-secrets."""

import re
from functools import cache
from typing import Any

from recommender.text.redaction import FORMS, ID_MARK, RULES, apply_rules, redact_id
from recommender.text.secret_matching import Rule, RuleSet

# Kept from detect-secrets: each plugin that knows a service's token by its form, with a part of that form that is fast
# to look for and without which none of its expressions matches.
# Left out: what our own rules take in wider form (GitHub, GitLab, Slack, Stripe, OpenAI, JWT, private keys, passwords
# in URLs), expressions that take quadratic time on hostile text (npm, IBM, Cloudant, SoftLayer: our rule for named
# values has them), and what calls addresses, paths and hashes secrets (public IP, keyword, entropy).
KEPT_PLUGINS = {
    "ArtifactoryDetector": r"A(?:KC|P[\dA-F])[a-zA-Z0-9]{8}",
    "AWSKeyDetector": r"(?i)aws.{0,60}['\"][\w/+]{40}",
    "AzureStorageKeyDetector": r"AccountKey=",
    "DiscordBotTokenDetector": r"\.[\w-]{6}\.[\w-]{27}",
    "MailchimpDetector": r"-us\d",
    "PypiTokenDetector": r"pypi-AgE",
    "SendGridDetector": r"SG\.",
    "SquareOAuthDetector": r"sq0csp-",
    "TelegramBotTokenDetector": r":[\w-]{35}",
    "TwilioKeyDetector": r"AC[a-z0-9]{32}|SK[a-z0-9]{32}",
}

MARGIN = 20  # Times as much is read as is kept, as what is taken out may be long.
_ENDS_OF_WORDS = " \n\t\"'`<>"
_FORMS = {plugin: re.compile(form) for plugin, form in KEPT_PLUGINS.items()}


def redact_stored(text: str) -> str:
    """Return `text` with every secret replaced by `[REDACTED:<kind>]`; idempotent, linear in the text's length."""
    return redact_further(apply_rules(text, RULES))


def redact_forms(text: str) -> str:
    """Return `text` without secrets of a known form; what only looks random may be an id."""
    return redact_further(apply_rules(text, FORMS))


def redact_further(text: str) -> str:
    """Return a text that the recommender's rules have been over, as `task_text` has, after those of detect-secrets."""
    plugins = {plugin for plugin, form in _FORMS.items() if form.search(text)}
    needed = [rule for plugin, rule in library_rules() if plugin in plugins] if plugins else []
    return apply_rules(text, RuleSet(needed)) if needed else text


def redact_start(text: str, characters: int) -> str:
    """Return the beginning of a text that may be long, redacted, on as many characters at most."""
    return redact_stored(_beginning(text, characters))[:characters]


def redact_key(text: str, characters: int) -> str:
    """Return an id on as many characters at most: redacted first, then without spaces, and still its own."""
    text = _beginning(text.replace("\0", ""), characters)
    joined = "".join(text.split())
    clean = redact_forms("".join(redact_forms(text).split()))
    if clean == joined:
        return joined[:characters]
    return redact_id(joined, clean[: characters - 1 - ID_MARK])


def _beginning(text: str, characters: int) -> str:
    """Return what is read of a text of which so many characters are kept.

    A word that is torn where reading stops could be half of a secret which no rule knows any more: it goes too.
    """
    read = characters * MARGIN
    return text if len(text) <= read else text[: max(text.rfind(end, 0, read) for end in _ENDS_OF_WORDS) + 1]


@cache
def library_rules() -> tuple[tuple[str, Rule], ...]:
    """Return (plugin's name, rule) for each expression of the kept plugins; imported late, as it takes 0.2 s."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    plugins: dict[str, Any] = get_mapping_from_secret_type_to_class()
    return tuple(
        (plugin.__name__, Rule(_kind(title), (), pattern.pattern, _has_digit, flags=pattern.flags))
        for title, plugin in plugins.items()
        if plugin.__name__ in KEPT_PLUGINS
        for pattern in plugin.denylist
    )


def _kind(title: str) -> str:
    return re.sub(r"[^a-z]+", "-", title.lower()).strip("-")


def _has_digit(secret: str) -> bool:
    return any(character.isdigit() for character in secret)
