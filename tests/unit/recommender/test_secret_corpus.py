"""Every form of secret is found wherever it stands, and texts about secrets are left alone."""

import pytest

from recommender.text.redaction import redact, redact_forms
from tests.support.secret_corpus import (
    MIXED,
    NAMED,
    ORDINARY,
    OTHERS,
    TOKENS,
    TOKENS_WRITTEN,
    WORD,
    WRITTEN,
)


@pytest.mark.parametrize("prefix", TOKENS)
def test_token_is_found_wherever_it_stands(prefix: str) -> None:
    rest = TOKENS[prefix]
    left = [how for how, write in TOKENS_WRITTEN.items() if rest[-12:] in redact_forms(write(prefix + rest))]
    assert left == []


@pytest.mark.parametrize("text", NAMED)
def test_password_is_found_beside_its_name_whatever_it_looks_like(text: str) -> None:
    left = [
        (how, password)
        for how, write in WRITTEN.items()
        for password in (WORD, MIXED, "Sunflower1", "correct-horse-battery", "hunter2", "19283746")
        if password in redact(write(text.replace("{}", password).replace("{{", "{").replace("}}", "}")))
    ]
    assert left == []


@pytest.mark.parametrize(("text", "secret"), OTHERS)
def test_secret_is_found_by_what_stands_around_it(text: str, secret: str) -> None:
    part = max(secret.split("\n")[1:-1] or [secret], key=len)[-30:]
    clean = {how: redact(write(text.replace("{}", secret))) for how, write in WRITTEN.items()}
    assert [how for how in clean if part in clean[how]] == []
    assert [how for how in clean if "[REDACTED:[" in clean[how]] == []


@pytest.mark.parametrize("text", ORDINARY)
def test_text_without_a_secret_stays(text: str) -> None:
    assert redact(text) == text
    assert redact(f"Please look at this: {text} and go on.") == f"Please look at this: {text} and go on."
