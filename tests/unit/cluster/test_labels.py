from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cluster.labels import ClusterLabel, label_clusters
from pipelines.cluster.prose import is_telling, stem_of, words_of
from recommender.work_types import WORK_TYPE_NAMES


def labels_of(
    kinds: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    old: Sequence[str | None] | None = None,
    projects_at_least: int = 1,
) -> list[ClusterLabel]:
    """Label kinds given as (work type, [(project, text), ...])."""
    tasks = [(member, *task) for member, (_, texts) in enumerate(kinds) for task in texts]
    members = np.array([task[0] for task in tasks])
    texts, projects, types = [t[2] for t in tasks], [t[1] for t in tasks], [kind[0] for kind in kinds]
    return label_clusters(texts, projects, members, types, old, projects_at_least=projects_at_least)


def words_in(labels: Sequence[ClusterLabel]) -> set[str]:
    return {word.lower() for label in labels for word in (*label.terms, *label.label.partition(" · ")[2].split(", "))}


LOGIN = [(name, f"Find where login tokens are renewed in the {name} app, case {n}") for name in "ab" for n in range(3)]
PAGES = [(name, f"Find the buttons of the frontend in {name}, case {n}") for name in "ab" for n in range(3)]


def test_a_label_is_the_type_and_two_telling_terms() -> None:
    login, pages = labels_of([("search", LOGIN), ("search", PAGES)])
    assert login.label in ("Search code · login, tokens", "Search code · tokens, login")
    assert pages.label in ("Search code · buttons, frontend", "Search code · frontend, buttons")


def test_the_title_says_more_than_the_prompt() -> None:
    prompt = "and please consider whatever happens with that and how the rest of all this is used by an invoice"
    kind = [("a", f"Explore the scheduler of the project, {n}: {prompt}") for n in range(3)]
    assert labels_of([("explain", kind), ("search", LOGIN)])[0].terms[:2] == ("scheduler", "invoice")


def test_a_word_of_one_project_names_no_kind_of_several() -> None:
    alone = [("a", f"Fix the invoice of the tenant {n}") for n in range(4)]
    several = [*alone, *(("b", f"Fix the invoice number {n}") for n in range(4))]
    assert labels_of([("fix", several)])[0].label == "Fix · invoice"
    assert labels_of([("fix", alone)])[0].terms == ("invoice", "tenant")


def test_a_word_that_too_few_projects_say_is_in_no_label_unless_it_is_a_subject() -> None:
    text = "Fix the invoice of lindqvist in the parser, case {}"
    tasks = [(project, text.format(n)) for project in ("a", "b") for n in range(4)]
    alone = [("a", text.format(n)) for n in range(4)]
    assert {"invoice", "lindqvist", "parser"} <= words_in(labels_of([("fix", alone)]))
    assert words_in(labels_of([("fix", alone)], projects_at_least=2)) == {"parser"}
    assert {"invoice", "lindqvist", "parser"} <= words_in(labels_of([("fix", tasks)], projects_at_least=2))
    assert words_in(labels_of([("fix", tasks)], projects_at_least=3)) == {"parser"}
    assert words_in(labels_of([("fix", alone)], ["Fix · lindqvist, parser"], projects_at_least=2)) == {"parser"}


@pytest.mark.parametrize("projects", [("api", "api"), ("api", "web")])
def test_no_term_is_a_projects_own(projects: tuple[str, str]) -> None:
    text = (
        "Find the webhook of api and web. Look at /home/sabine/ledgers/api/src/quokka.ts, src/wombat/kea_moa.py, "
        "`emu.rhea()`, the KiwiParser, kea_moa, deadbeef99, api.web, sabine's wombat; case {} of the ledgers. "
        "Ask Magdalena about quokka and kea"
    )
    tasks = [(project, text.format(n)) for project in projects for n in range(3)]
    words = words_in(labels_of([("search", tasks)]))
    forbidden = {"api", "web", "sabine", "ledgers", "quokka", "wombat", "kea", "kiwiparser", "deadbeef99", "ts", "src"}
    assert "webhook" in words
    assert not words & forbidden
    assert ("magdalena" in words) == (len(set(projects)) == 2)


def test_parts_of_a_projects_name_are_its_own_unless_others_speak_of_such_things() -> None:
    alone = [("quokka-auth", f"Explain the auth of the quokka and its proxy {n}") for n in range(3)]
    others = [("b", f"Explain the auth and its proxy {n}") for n in range(3)]
    assert words_in(labels_of([("explain", alone)])) == {"proxy"}
    assert words_in(labels_of([("explain", alone + others)])) == {"auth", "proxy"}


@pytest.mark.parametrize(
    "text",
    [
        "Please find, search, explore, implement, review and plan the whole task thoroughly",
        "Bitte suche die Datei und erkläre, wie sie verwendet wird",
        "Busca los archivos y explica cómo funciona este proyecto",
        "Cherche les fichiers et explique comment ils sont utilisés dans ce projet",
        "프로젝트의 코드를 분석해줘 그리고 파일을 확인",
        "请分析代码",
    ],
)
def test_what_every_prompt_says_names_nothing(text: str) -> None:
    told = {word for word in words_of(text).prose if is_telling(word)}
    assert not told
    assert labels_of([("plan", [("a", "Please do the task")])])[0] == ClusterLabel("Plan", ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("인증 토큰을 갱신하는 서버에서", {"인증", "토큰", "서버"}),
        ("查找数据库索引", {"数据", "据库", "库索", "索引"}),
        ("認証トークンの更新", {"認証", "トークン", "更新"}),
        ("Prüfe die Anmeldung und die Datenbank der Rechnungen", {"anmeldung", "datenbank", "rechnungen"}),
        ("l'authentification d'un compte", {"authentification", "compte"}),
        ("the server's socket isn't open", {"server", "socket"}),
    ],
)
def test_words_of_other_languages_are_told(text: str, words: set[str]) -> None:
    assert words <= {word for word in words_of(text).prose if is_telling(word)}


def test_german_nouns_are_no_names() -> None:
    tasks = [
        ("a", f"Erkläre bitte wie die Anmeldung der Nutzer und die Rechnung mit dem Konto geht {n}") for n in "xyz"
    ]
    assert {"anmeldung", "rechnung"} <= words_in(labels_of([("explain", tasks)]))


def test_capitals_stay_where_a_word_has_no_other_form() -> None:
    tasks = [("a", f"Check the UI and the Login, then login once more {n}") for n in range(3)]
    assert set(labels_of([("review", tasks)])[0].terms) == {"UI", "login"}


def test_a_types_own_subject_names_none_of_its_kinds() -> None:
    tasks = [(name, f"Add tests for the parser of dates {n}") for name in "ab" for n in range(3)]
    assert "tests" not in labels_of([("test", tasks)])[0].label
    assert "tests" in labels_of([("search", tasks)])[0].label


def test_singular_and_plural_are_one_term() -> None:
    tasks = [("a", f"Find the parser {n}") for n in "xyz"] + [("a", f"Find all parsers {n}") for n in "uvw"]
    assert len(labels_of([("search", tasks)])[0].terms) == 1
    assert [stem_of(word) for word in ("queries", "caches", "access", "status", "keys")] == [
        "query",
        "cach",
        "access",
        "status",
        "key",
    ]


def test_no_two_labels_are_alike() -> None:
    same = [("a", f"Find the parser and the lexer {n}") for n in range(4)]
    more = [("a", f"Find the parser and the lexer and the socket {n}") for n in range(4)]
    labels = [label.label for label in labels_of([("search", same), ("search", more), ("search", same), ("fix", same)])]
    assert len(set(labels)) == 4
    assert any(label.endswith(" 2") for label in labels)
    assert any(label.count(", ") == 2 for label in labels) or "socket" in " ".join(labels)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=60)), min_size=4, max_size=12))
def test_any_texts_have_labels_of_their_types(tasks: list[tuple[str, str]]) -> None:
    labels = [label.label for label in labels_of([("search", tasks[:2]), ("search", tasks[2:3]), ("fix", tasks[3:])])]
    assert len(set(labels)) == 3
    assert [label.startswith(WORK_TYPE_NAMES["search"]) for label in labels] == [True, True, False]


def test_a_word_in_one_text_of_many_names_nothing() -> None:
    tasks = [("a", f"Find the parser {n}") for n in range(9)] + [("a", "Find the parser and the socket")]
    assert labels_of([("search", tasks)])[0].terms == ("parser",)


def test_one_text_repeated_counts_once() -> None:
    tasks = [("a", "Find the socket")] * 30 + [("a", f"Find the parser {n}") for n in range(3)]
    assert labels_of([("search", tasks)])[0].terms == ("parser",)


@pytest.mark.parametrize(
    ("old", "kept"),
    [
        ("Search code · login, sessions", False),  # a word that nobody says any more
        ("Search code · renewed, login", False),  # a word that names nothing now
        ("Search code · tokens, app", True),
        ("Search code · app", True),
        ("Fix · login, tokens", False),
        ("Search code", False),
        ("", False),
        (None, False),
    ],
)
def test_a_label_stays_while_its_terms_still_tell(old: str | None, kept: bool) -> None:
    assert (labels_of([("search", LOGIN), ("search", PAGES)], [old, None])[0].label == old) is kept


def test_a_label_kept_by_one_kind_is_not_given_to_another() -> None:
    labels = labels_of([("search", LOGIN), ("search", LOGIN)], [None, "Search code · login, tokens"])
    assert labels[1].label == "Search code · login, tokens"
    assert labels[0].label != labels[1].label
    both = labels_of([("search", LOGIN), ("search", LOGIN)], ["Search code · login, tokens"] * 2)
    assert len({label.label for label in both}) == 2
