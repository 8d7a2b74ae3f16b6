"""Joining is commutative, associative and idempotent, whatever the facts."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.facts import Facts, join, tell, told

words = st.sampled_from(["a", "b", "c"])
numbers = st.integers(0, 5)
payloads = st.dictionaries(words, words | numbers, max_size=2)
statements = st.tuples(numbers, numbers, payloads).map(list)
messages = st.tuples(st.integers(0, 1), numbers, numbers, words, numbers, numbers, numbers, numbers).map(list)
facts = st.fixed_dictionaries(
    {},
    optional={
        "call": statements,
        "returned": statements,
        "last": statements,
        "ends": st.dictionaries(words, statements, max_size=3),
        "told": st.dictionaries(words, st.tuples(numbers, numbers, numbers | words | st.none()).map(list), max_size=3),
        "messages": st.dictionaries(words, messages, max_size=3),
        "said": st.dictionaries(words, st.dictionaries(words, numbers, min_size=1, max_size=2), min_size=1, max_size=3),
        "signals": st.dictionaries(words, st.tuples(numbers, words, numbers).map(list), max_size=3),
        "sessions": st.dictionaries(words, numbers, max_size=3),
        "agents": st.dictionaries(words, numbers, max_size=3),
    },
)


@given(facts, facts)
def test_order_does_not_matter(one: Facts, other: Facts) -> None:
    assert join(one, other) == join(other, one)


@given(facts, facts, facts)
def test_grouping_does_not_matter(one: Facts, other: Facts, third: Facts) -> None:
    assert join(join(one, other), third) == join(one, join(other, third))


@given(facts, facts)
def test_what_is_known_changes_nothing(one: Facts, other: Facts) -> None:
    both = join(one, other)
    assert join(both, one) == both
    assert join(both, both) == both


@given(st.permutations([(0, 1, "early"), (0, 2, "late"), (1, 3, "of another")]))
def test_of_what_is_told_the_best_witness_counts_and_of_its_words_the_latest(words: list[tuple[int, int, str]]) -> None:
    facts: Facts = {}
    for rank, version, word in words:
        tell(facts, "status", rank, version, word)
    assert told(facts) == {"status": "late"}
