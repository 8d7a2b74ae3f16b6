"""A secret is found however it is written, and no cut leaves a part of it; ordinary code stays as it is."""

import json
import sysconfig
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from pipelines.audit.evidence import MAX_REPORT, evidence
from pipelines.ingest.sources.claude_code.reports import MAX_ERROR
from pipelines.ingest.sources.claude_code.spawn_calls import MAX_TITLE, call_payload, returned_payload
from pipelines.ingest.stored_redaction import MARGIN, redact_stored
from pipelines.ingest.values import MAX_NAME, name
from tests.reliability.canaries import CANARIES
from tests.reliability.house import IS_LONG, chance
from tests.support.transcripts import Transcript
from tests.unit.recommender.test_redaction import PRIVATE_KEYS, filled

PART = 12  # characters of a secret that must not be left
LABELS = ("AccountKey=", "123456789:")  # not secret themselves
CUTS = 20 if IS_LONG else 3

WRITTEN: dict[str, Callable[[str], str]] = {
    "in an address": lambda text: "GET /callback?x=1&q=" + quote(text, safe="") + "&y=2",
    "in a form": lambda text: "q=" + quote_plus(text, safe="/").replace("+", "%20"),
    "encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "as JSON": lambda text: json.dumps({"prompt": text}),
    "as JSON in JSON": lambda text: json.dumps([json.dumps({"prompt": text})]),
    "in colour": lambda text: f"\x1b[1;31m{text}\x1b[0m",
    "in a table": lambda text: f"| key | {text} |",
    "in markup": lambda text: f"<td>{text}</td>",
    "in a block": lambda text: f"```sh\r\n{text}\r\n```",
}


def part_left(secret: str, text: str) -> str:
    """Return a part of the secret that stands in the text."""
    secret = max(secret.splitlines(), key=len)
    for label in LABELS:
        secret = secret.removeprefix(label)
    parts = (secret[start : start + PART] for start in range(max(1, len(secret) - PART + 1)))
    return next((part for part in parts if part in text), "")


@pytest.mark.parametrize("form", WRITTEN)
def test_secret_is_found_however_it_is_written(form: str) -> None:
    left = {}
    for around, secret in CANARIES:
        text = WRITTEN[form](filled(around, secret))
        clean = redact_stored(text)
        if any(part_left(each, clean) for each in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])):
            left[secret] = clean
    assert left == {}


def test_what_is_cut_off_leaves_no_part_of_a_secret() -> None:
    """Secrets stand where a title, an error, a name or a quarantined line stops being read."""
    source = chance("cuts")
    noise = "PASSWORD=" + "n0ise-" * 400 + " "  # it is taken out, so that what stands far behind it comes near
    for around, secret in CANARIES:
        for kept in (MARGIN * size for size in (MAX_TITLE, MAX_ERROR, MAX_NAME)):
            for _ in range(CUTS):
                lead = (noise * (kept // len(noise) + 1))[: max(0, kept - source.randrange(len(secret) + len(around)))]
                text = f"{lead.rpartition(' ')[0]:<{len(lead)}}{filled(around, secret)} and so on" + " more" * 200
                call = {"id": "toolu_1", "name": "Agent", "input": {"description": text, "prompt": "x", "model": text}}
                stored = [json.dumps(call_payload(call, "", "s")), name(text)]
                stored.append(json.dumps(returned_payload({"is_error": True, "content": text}, text)))
                assert [part for kept_text in stored if (part := part_left(secret, kept_text))] == []


def test_no_cut_shows_the_judge_a_part_of_a_secret(tmp_path: Path) -> None:
    source = chance("judge")
    for around, secret in CANARIES:
        for _ in range(CUTS):
            words, half = filled(around, secret), MAX_REPORT // 2
            start, end = (source.randrange(1, len(words)) for _ in range(2))
            log = Transcript()
            log.spawn()
            # The words stand across the end of the first half that is shown, and across the beginning of the last.
            lead = "x " * ((half - start) // 2 + 1)
            tail = " y" * ((half - len(words) + end) // 2)
            log.result(report=f"{lead[: half - start]}{words}{' z' * half} {words}{tail}")
            log.says("q " * ((400 - start) // 2) + words)
            path = log.write(tmp_path)
            shown = evidence([path], "", "toolu_01", None)
            assert shown is not None
            assert part_left(secret, shown.text()) == ""


@pytest.mark.parametrize("key", PRIVATE_KEYS)
def test_private_key_is_found_encoded(key: str) -> None:
    body = key.splitlines()[3]
    for encode in WRITTEN.values():
        assert part_left(body, redact_stored(encode(key))) == ""


def test_ordinary_code_is_hardly_changed() -> None:
    """Of the words of Python's own library, where passwords and tokens are handled above all, hardly one changes."""
    folder = Path(sysconfig.get_path("stdlib"))
    names = (
        "argparse configparser ftplib getpass hashlib hmac imaplib ipaddress netrc nntplib poplib secrets smtplib ssl"
    )
    names += " token tokenize uuid urllib/request urllib/parse http/client http/cookiejar http/cookies email/message"
    files = [path for each in names.split() if (path := folder / f"{each}.py").exists()]
    assert len(files) > 15
    words = changed = 0
    for path in files:
        before = path.read_text(encoding="utf-8").split()
        after = set(redact_stored(path.read_text(encoding="utf-8")).split())
        words += len(before)
        changed += sum(word not in after for word in before)
    assert words > 50_000
    assert changed / words < 0.001
