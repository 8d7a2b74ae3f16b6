import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.files.known_files import stored_path
from pipelines.ingest.files.log_file import LogFile
from pipelines.ingest.stored_redaction import KEPT_PLUGINS, library_rules, redact_further, redact_stored
from pipelines.ingest.values import MAX_NAME, identifier, reference, shown_path
from recommender.text.task_text import task_text
from tests.support.secret_corpus import NAMED, TOKENS, WORD


def chance(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(length).choices(alphabet, k=length - 1)) + "7"


LOWER = string.ascii_lowercase + string.digits

# plugin -> (text around the secret, the secret)
SAMPLES = {
    "ArtifactoryDetector": ("token {} here", "AK" + "C" + chance(20)),
    "AWSKeyDetector": ("aws_sandbox_token('{}')", chance(20) + "/" + chance(19)),
    "AzureStorageKeyDetector": ("AccountName=a;{};", "Account" + "Key=" + chance(88)),
    "DiscordBotTokenDetector": ("bot {}", "M" + chance(23) + "." + chance(6) + "." + chance(27)),
    "MailchimpDetector": ("mail {}", chance(32, LOWER) + "-" + "us12"),
    "PypiTokenDetector": ("upload {}", "pypi-" + "AgENdGVzdC5weXBpLm9yZw" + chance(80)),
    "SendGridDetector": ("send {}", "S" + "G." + chance(22) + "." + chance(43)),
    "SquareOAuthDetector": ("pay {}", "sq0" + "csp-" + chance(43)),
    "TelegramBotTokenDetector": ("bot {}", "123456789" + ":" + chance(35)),
    "TwilioKeyDetector": ("call {}", "S" + "K" + chance(32, LOWER)),
}


def test_every_kept_plugin_exists_and_has_a_sample() -> None:
    assert {plugin for plugin, _ in library_rules()} == set(KEPT_PLUGINS) == set(SAMPLES)


@pytest.mark.parametrize("plugin", SAMPLES)
def test_secret_known_to_the_library_is_replaced(plugin: str) -> None:
    text, secret = SAMPLES[plugin]
    redacted = redact_stored(text.replace("{}", secret))
    assert secret not in redacted
    assert "[REDACTED:" in redacted


def test_secret_known_to_the_recommender_is_replaced() -> None:
    assert redact_stored("DB_PASSWORD=" + "hunter" + "2") == "DB_PASSWORD=[REDACTED:env-value]"


@pytest.mark.parametrize(
    "text",
    [
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "session 3b241101-e2bb-4255-8caf-4136c566a962 on host 203.0.113.7",
        "APPENDIX and APACHESPARKCLUSTER of the aws_key_management_service_integration_tests_in_us-east",
        "src/components/dashboard/UserProfileCardWithAvatar.test.tsx",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact_stored(text) == text


@given(
    st.lists(st.one_of(st.text(max_size=20), st.sampled_from([t.replace("{}", s) for t, s in SAMPLES.values()]))).map(
        "".join
    )
)
def test_stored_redaction_is_idempotent(text: str) -> None:
    once = redact_stored(text)
    assert redact_stored(once) == once


@given(
    st.lists(st.one_of(st.text(max_size=20), st.sampled_from([t.replace("{}", s) for t, s in SAMPLES.values()]))).map(
        "".join
    )
)
def test_text_of_a_task_needs_only_the_librarys_rules(text: str) -> None:
    assert redact_further(task_text(text)) == redact_stored(task_text(text))


@pytest.mark.parametrize(
    "piece", ["lorem ipsum ", "a", "aws_key ", "SG.", "AC", "1234567890:", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-us"]
)
def test_a_million_characters_come_to_an_end(piece: str) -> None:
    # What grows with the square of the length would take hours.
    clean = redact_stored((piece * 1_000_000)[:1_000_000])
    assert redact_stored(clean) == clean


PASSWORDS = [text.replace("{}", WORD).replace("{{", "{").replace("}}", "}") for text in NAMED]


def test_id_is_redacted_before_its_spaces_go() -> None:
    assert [text for text in PASSWORDS if WORD in identifier(f"run with {text} of today")] == []
    assert [prefix for prefix, rest in TOKENS.items() if rest[-12:] in identifier(f"run {prefix}{rest} of today")] == []


def test_ids_that_differ_in_their_secrets_stay_apart() -> None:
    ids = [identifier(f"run {prefix}{rest}") for prefix, rest in TOKENS.items()]
    assert len(set(ids)) == len(TOKENS)
    assert [identifier(each) for each in ids] == ids
    assert all(len(each) <= MAX_NAME for each in [*ids, identifier("run password: " + WORD + " x" * MAX_NAME)])


def test_ordinary_ids_stay() -> None:
    ids = ["toolu_01A09q90qw90lq917835lq9x", "3b241101-e2bb-4255-8caf-4136c566a962", "run-7", "0199-b2d4c", "a/b:c"]
    ids.append("2Nq7xRkW0bZ8yVtH3mJcL5pQsEd")
    assert [identifier(each) for each in ids] == ids
    assert identifier(" run 7\0 ") == "run7"


def test_id_that_lines_share_is_without_secrets() -> None:
    secret = "gh" + "p_" + chance(36)
    assert secret not in reference(secret)
    assert reference(secret) != reference(secret[:-1] + "8")


@pytest.mark.parametrize("text", [text for text in PASSWORDS if "/" not in text and "\n" not in text])
def test_path_is_stored_without_the_password_in_its_name(text: str) -> None:
    logs = [LogFile(Path(f"/home/bob/{text.replace(WORD, word)}/a.jsonl"), 1, 1) for word in (WORD, "marigold")]
    logs += [LogFile(Path(f"/home/bob/{text.replace(WORD, word)}.jsonl"), 1, 1) for word in (WORD, "marigold")]
    paths = [stored_path(log) for log in logs]
    assert [path for path in paths if WORD in path or "marigold" in path] == []
    assert len(set(paths)) == len(paths)
    assert [stored_path(log) for log in logs] == paths
    assert WORD not in shown_path(logs[0].path)
