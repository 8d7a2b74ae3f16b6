import random
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.text.redaction import RULES, redact

# Samples are put together here, so that no scanner of this repository takes them for real.
ALPHABET = string.ascii_letters + string.digits


def chance(length: int, alphabet: str = ALPHABET, seed: int = 7) -> str:
    """A random word of that length with a letter of each kind that the alphabet has."""
    kinds = [set(kind) & set(alphabet) for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits)]
    source = random.Random(seed)
    while True:
        word = "".join(source.choices(alphabet, k=length))
        if all(not kind or kind & set(word) for kind in kinds):
            return word


BASE64_LINES = "\n".join(chance(64, seed=n) for n in range(12))
HEX = "0123456789abcdef"

# kind -> (text, the secret in it)
SECRETS: list[tuple[str, str, str]] = [
    ("anthropic-key", "use {} now", "sk-" + "ant-api03-" + chance(86) + "-" + chance(6) + "AA"),
    ("anthropic-key", "key:{}", "sk-" + "ant-oat01-" + chance(40)),
    ("openai-key", "use {} now", "sk-" + "proj-" + chance(48) + "_" + chance(20)),
    ("openai-key", "use {}", "sk-" + chance(20) + "T3Blbk" + "FJ" + chance(20)),
    ("openai-key", "use {}", "sk-" + chance(32, "abcdef0123456789")),
    ("openai-key", "use {}", "sk-" + "svcacct-" + chance(40)),
    ("aws-key", "id {} here", "AK" + "IA" + chance(16, string.ascii_uppercase + string.digits)),
    ("aws-key", "'{}'", "AS" + "IA" + chance(16, string.ascii_uppercase + string.digits)),
    ("env-value", "AWS_SECRET_ACCESS_KEY={}", chance(20) + "/" + chance(10) + "+" + chance(8)),
    ("secret-value", "aws_secret_access_key = {}", chance(20) + "/" + chance(10) + "+" + chance(8)),
    ("github-token", "clone with {}", "gh" + "p_" + chance(36)),
    ("github-token", "x-access-token:{}", "gh" + "s_" + chance(36)),
    ("github-token", "pat {}", "github" + "_pat_" + chance(22) + "_" + chance(59)),
    ("gitlab-token", "pat {}", "gl" + "pat-" + chance(20)),
    ("gitlab-token", "runner {}", "GR" + "1348941" + chance(20)),
    ("slack-token", "bot {}", "xo" + "xb-" + "123456789012-1234567890123-" + chance(24)),
    ("slack-token", "app {}", "xa" + "pp-1-A0" + chance(9) + "-" + chance(30)),
    (
        "slack-webhook",
        "post to https://hooks.slack.com/services/{}",
        "T0" + chance(9) + "/B0" + chance(9) + "/" + chance(24),
    ),
    ("stripe-key", "pay {}", "sk" + "_live_" + chance(24)),
    ("stripe-key", "pay {}", "rk" + "_test_" + chance(24)),
    ("stripe-key", "hook {}", "wh" + "sec_" + chance(32)),
    ("google-key", "maps {}", "AI" + "za" + chance(35)),
    ("google-key", "oauth {}", "ya" + "29." + chance(60)),
    ("google-key", "client {}", "GOC" + "SPX-" + chance(28)),
    ("service-token", "publish {}", "np" + "m_" + chance(36)),
    ("service-token", "hub {}", "h" + "f_" + chance(34)),
    ("service-token", "mail {}", "S" + "G." + chance(22) + "." + chance(43)),
    ("service-token", "list {}", chance(32, "abcdef0123456789") + "-us" + "12"),
    ("service-token", "store {}", "AK" + "C" + chance(20)),
    ("service-token", "vault {}", "hv" + "s." + chance(90)),
    ("service-token", "bricks {}", "da" + "pi" + chance(32, HEX)),
    ("service-token", "stack {}", "pu" + "l-" + chance(40, HEX)),
    ("service-token", "gem {}", "ruby" + "gems_" + chance(48, HEX)),
    ("service-token", "relic {}", "NR" + "AK-" + chance(27, string.ascii_uppercase + string.digits)),
    ("service-token", "age {}", "AGE-" + "SECRET-KEY-1" + chance(58, string.ascii_uppercase + string.digits)),
    ("service-token", "sentry {}", "sn" + "tryu_" + chance(64, HEX)),
    ("service-token", "fly {}", "fm" + "2_" + chance(60)),
    ("service-token", "https://discord.com/api/webhooks/123456789012345678/{}", chance(68)),
    ("service-token", "header token {}", chance(40, HEX)),
    ("aws-key", "aws_sandbox('{}')", chance(20) + "/" + chance(19)),
    ("jwt", "cookie {}", "ey" + "J" + chance(30) + ".ey" + "J" + chance(60) + "." + chance(43)),
    ("authorization", "-H 'Authorization: Bearer {}'", chance(30)),
    ("authorization", '"Authorization": "Basic {}"', chance(24) + "=="),
    ("authorization", "authorization: token {}", chance(20)),
    ("authorization", "Bearer {}", chance(16).lower() + "-" + chance(8)),
    ("url-password", "postgresql://app:{}@db.internal:5432/app", "hunter" + "2"),
    ("url-password", "DATABASE_URL=postgres://u:{}@localhost/db", "p" + chance(12)),
    ("url-password", "redis://:{}@cache:6379/0", chance(12)),
    ("url-password", "amqp://u:{}@mq", "p@ss" + "w0rd!"),
    ("env-value", "SECRET_KEY={}", "hunter" + "two"),
    ("env-value", 'export DB_PASSWORD="{}"', "correct horse " + "battery"),
    ("env-value", "export STRIPE_API_KEY='{}'", chance(9)),
    ("env-value", "SECRET_KEY_BASE={}", chance(64, HEX)),
    ("env-value", "FERNET_KEY={}", chance(43) + "="),
    ("env-value", "PGPASSWORD={} psql", "let" + "me1n"),
    ("secret-value", 'api_key = "{}"', chance(16)),
    ("secret-value", "password: {}", "hunter" + "2!"),
    ("secret-value", '{"password": "%s"}', "tr0ub4dor" + "&3"),
    ("secret-value", "clientSecret: '{}',", chance(24)),
    ("secret-value", "private_token=> {}", chance(20)),
    ("secret-value", "Passwort: {}", "geh" + "eim2!"),
    ("secret-value", "mysql -h db -u app -p{} shop", "hunter" + "2!"),
    ("password-hash", "root:{}:19000:0", "$" + "6$" + chance(16) + "$" + chance(86)),
    ("cookie", "Cookie: {}", "sessionid=" + chance(32) + "; theme=dark"),
    ("high-entropy", "the code is {} .", "aB3x" * 8 + chance(10)),
]
PRIVATE_KEYS = [
    f"-----BEGIN {kind}PRIVATE KEY{block}-----\n{BASE64_LINES}\n-----END {kind}PRIVATE KEY{block}-----"
    for kind, block in [("", ""), ("RSA ", ""), ("EC ", ""), ("OPENSSH ", ""), ("ENCRYPTED ", ""), ("PGP ", " BLOCK")]
]


def filled(text: str, secret: str) -> str:
    return text % secret if "%s" in text else text.replace("{}", secret)


@pytest.mark.parametrize(("kind", "text", "secret"), SECRETS)
def test_secret_is_replaced(kind: str, text: str, secret: str) -> None:
    redacted = redact(filled(text, secret))
    assert secret not in redacted
    assert redacted == filled(text, f"[REDACTED:{kind}]")


@pytest.mark.parametrize(("kind", "text", "secret"), SECRETS)
def test_secret_is_replaced_in_collapsed_and_quoted_text(kind: str, text: str, secret: str) -> None:
    assert secret not in redact(f'First do this. {filled(text, secret)} Then that, and "{filled(text, secret)}"')


@pytest.mark.parametrize("key", PRIVATE_KEYS)
@pytest.mark.parametrize("newline", ["\n", "\\n", " ", "\r\n"])
def test_private_key_block_is_replaced_as_a_whole(key: str, newline: str) -> None:
    text = f"before\n{key}\nafter".replace("\n", newline)
    assert redact(text) == f"before{newline}[REDACTED:private-key]{newline}after"


def test_torn_private_key_is_replaced() -> None:
    assert redact(PRIVATE_KEYS[1].partition("-----END")[0]) == "[REDACTED:private-key]\n"


def test_private_key_of_putty_is_replaced() -> None:
    assert BASE64_LINES[:64] not in redact("PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 12\n" + BASE64_LINES)


def test_every_rule_has_a_sample() -> None:
    assert {rule.kind for rule in RULES.rules} == {kind for kind, _, _ in SECRETS} | {"private-key"}


ORDINARY = [
    "mysql -u app -p shop < dump.sql and then python -m pytest -p no:cacheprovider",
    "token 9fceb02d is short, fm2_ too, and so are hvs.x, dapi2 and pul-request",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 in abc1234",
    "session 3b241101-e2bb-4255-8caf-4136c566a962 at toolu",
    "![logo](data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAUA" * 40 + "=)",
    '"integrity": "sha512-' + "Zq3xK9vR2mT7" * 7 + '=="',
    "/home/alice/src/MyProject2/tests/unit/test_kalman_filter_2d.py",
    "C:\\Users\\Alice\\AppData\\Local\\Programs\\Python311\\python.exe",
    "class TestKalmanFilterPredictsStateAndCovariance2D(unittest.TestCase): pass",
    "async function renderUserProfileCardWithAvatarV2(props: UserProfileCardPropsV2) {}",
    'api_key = os.environ["API_KEY"]',
    "const token = process.env.GITHUB_TOKEN;",
    "API_KEY=${API_KEY} TOKEN=$TOKEN SECRET_KEY=<your-secret> PASSWORD=changeme_please",
    "password: string; token: Uint8Array; secret: SecretStr | None = None",
    "token = tokenizer.encode_plus2(text)",
    "MAX_TOKENS=4096 and max_tokens=200000, token_budget: 8k",
    "tokens: 12,345 (input) and 678 (output)",
    "Use Bearer authentication; the Authorization: header is required.",
    "postgresql://user:${PASSWORD}@localhost/db and postgres://{user}:{password}@{host}/db",
    "http://localhost:3000/@fs/src/main.ts and git@github.com:owner/repo.git",
    "asset_key=asset1 cache_key: user2_profile sort_key = 'name1'",
    "the task-force-on-sk-learn-integration-of-many-words uses sk-learn",
    "Write unit tests for the kalman filter; 42 cases, p95 < 10ms, AES256, base64, SHA-256.",
    "-----BEGIN PRIVATE KEY----- is how a key begins.",
    "npm_config_cache_directory_for_all_users and task_live_deployment_of_everything",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from([filled(text, secret) for _, text, secret in SECRETS] + PRIVATE_KEYS + ORDINARY),
            st.sampled_from(["[REDACTED:jwt]", "PASSWORD=", "token: ", "://a:", "@", "sk-", "eyJ", "=", " ", "İ"]),
        ),
        max_size=8,
    ).map("".join)
)
@example("İ TOKEN=" + chance(20))
def test_redaction_is_idempotent(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.sampled_from(SECRETS), st.text(max_size=50), st.text(max_size=50))
def test_secret_is_found_between_any_lines(sample: tuple[str, str, str], before: str, after: str) -> None:
    _, text, secret = sample
    assert secret not in redact(f"{before}\n{filled(text, secret)}\n{after}")


HOSTILE = {
    "words": "lorem ipsum ",
    "letters": "a",
    "names": "token=",
    "quoted names": 'password="',
    "starts": "sk-ant-",
    "jwt starts": "eyJ",
    "jwt segments": "eyJaaaaaaa.",
    "keys": "-----BEGIN RSA PRIVATE KEY-----",
    "dashes": "-",
    "urls": "://a:",
    "capitals": "A_",
    "bearer": "Bearer aaaaaaaa",
    "spaces": "key" + " " * 50,
    "secrets": "PASSWORD=hunter22 ",
    "tables": "|password|\n|--|\n|a|",
    "names in prose": "password for a b c d e ",
    "spaces that are none": "password for\u00a0\u00a0\u00a0",
    "cookies": "cookie: a=b; c=d; ",
    "commands": "mysql a -p docker login a ",
    "escapes": "\\u0041",
    "encoded": "%41",
    "turns": "aB3-",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_million_characters_come_to_an_end(name: str) -> None:
    # What grows with the square of the length would take hours.
    clean = redact((HOSTILE[name] * 1_000_000)[:1_000_000])
    assert redact(clean) == clean


@pytest.mark.parametrize("kind", ["anthropic-key", "github-token", "gitlab-token"])
def test_token_of_unmistakable_form_is_found_within_a_word(kind: str) -> None:
    for _, _, secret in (sample for sample in SECRETS if sample[0] == kind):
        assert secret not in redact(f"x{secret}")


def test_long_secret_is_replaced_to_its_end() -> None:
    assert redact("API_KEY=" + chance(5_000) + " end") == "API_KEY=[REDACTED:env-value] end"
