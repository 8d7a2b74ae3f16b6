import string
import unicodedata
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recommender.text.redaction import redact
from recommender.text.task_text import DROPPED_BLOCKS, MAX_CHARACTERS, task_text

FRAGMENTS = [
    *(f"<{tag}>" for tag in DROPPED_BLOCKS[:3]),
    *(f"</{tag}>" for tag in DROPPED_BLOCKS[:3]),
    "<system-",
    "reminder>",
    "<command-name>",
    "</command-args>",
    "\x1b[31m",
    "\x1b[",
    "\x00",
    "\ufeff",
    "\ud800",
    "e\u0301",
    "\u0301",
    "\u200b",
    "\r\n",
    "PASSWORD=",
    "[REDACTED:jwt]",
    "task " * 400,
    "x" * 4_000,
]
texts = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(FRAGMENTS)), max_size=12).map("".join)


def test_description_comes_before_prompt() -> None:
    assert task_text("Fix login", "Find out why\n\n  it fails.") == "Fix login Find out why it fails."


@pytest.mark.parametrize(("description", "prompt"), [("", None), ("", ""), ("  ", "\n"), ("\x00", "\ufeff")])
def test_nothing_gives_empty_text(description: str, prompt: str | None) -> None:
    assert task_text(description, prompt) == ""


@pytest.mark.parametrize("tag", DROPPED_BLOCKS)
def test_harness_words_are_dropped(tag: str) -> None:
    assert task_text(f"Fix <{tag}>one\ntwo</{tag}>login<{tag}>x</{tag}>") == "Fix login"


def test_unclosed_reminder_keeps_what_follows() -> None:
    assert task_text("Explain <system-reminder> tags") == "Explain tags"


def test_command_wrapper_leaves_its_arguments() -> None:
    text = "<command-message>fix runs</command-message><command-name>/fix</command-name><command-args>42</command-args>"
    assert task_text("", text) == "/fix 42"


def test_reminder_split_by_a_control_character_is_dropped() -> None:
    assert task_text("Fix <system-\x00reminder>x</system-reminder>login") == "Fix login"


def test_terminal_codes_are_dropped() -> None:
    assert task_text("\x1b[1;31mFix\x1b[0m \x1b]8;;http://x\x07login") == "Fix login"


def test_lone_surrogates_and_nul_are_dropped() -> None:
    text = task_text("Fi\ud800x \udfff\x00 lo\ufeffgin")
    assert text == "Fix login"
    assert text.encode("utf-8")


def test_composed_and_decomposed_letters_are_the_same_text() -> None:
    assert task_text("cafe\u0301") == task_text("caf\u00e9")


def test_other_scripts_stay() -> None:
    assert task_text("修复登录", "Проверьте тесты 👩‍💻") == "修复登录 Проверьте тесты 👩‍💻"


def test_secret_is_replaced_though_split_by_lines() -> None:
    assert (
        task_text("Deploy", "export DB_PASSWORD=hunter" + "22\nrun")
        == "Deploy export DB_PASSWORD=[REDACTED:env-value] run"
    )


def test_long_text_is_cut_between_words() -> None:
    text = task_text("Fix", "word " * MAX_CHARACTERS)
    assert MAX_CHARACTERS - 10 < len(text) <= MAX_CHARACTERS
    assert text.endswith("word")


def test_long_word_is_cut_anyway() -> None:
    assert len(task_text("長" * (MAX_CHARACTERS + 1))) == MAX_CHARACTERS


def test_secret_across_the_cut_leaves_no_part() -> None:
    secret = "sk-" + "ant-" + "aB3" * 20
    for length in range(MAX_CHARACTERS - 70, MAX_CHARACTERS + 1):
        assert "sk-" not in task_text("x" * (length - 1) + " " + secret)


@given(st.integers(0, 60), st.integers(20, 250), st.randoms(use_true_random=False))
def test_text_that_was_cut_holds_nothing_that_looks_random(before: int, length: int, random: Random) -> None:
    chance = "".join(random.choices(string.ascii_letters + string.digits, k=length))
    text = task_text("x" * (MAX_CHARACTERS - before - 1) + "/" + chance + "word" * 20)
    assert redact(text) == text
    assert len(text) <= MAX_CHARACTERS


@settings(max_examples=500)
@given(texts, st.one_of(st.none(), texts))
@example("x" * (MAX_CHARACTERS - 5), "PASSWORD=hunter22")
@example("</system-reminder><system-reminder>", "</system-reminder>")
def test_text_of_a_text_is_itself(description: str, prompt: str | None) -> None:
    once = task_text(description, prompt)
    assert task_text(once) == once
    assert len(once) <= MAX_CHARACTERS
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    "piece", ["lorem ipsum ", "<system-reminder>", "<system-reminder>a</system-reminder>", "\x1b]", "é "]
)
def test_a_million_characters_come_to_an_end(piece: str) -> None:
    # What grows with the square of the length would take hours.
    assert task_text("Fix", (piece * 1_000_000)[:1_000_000]).startswith("Fix")
