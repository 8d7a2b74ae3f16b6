"""Rates of what the rules miss, and the draw that they are estimated from."""

from uuid import UUID

import numpy as np
import pytest

from pipelines.audit.draw import drawn, number_of, probability, sizes_of
from pipelines.audit.rates import PERSON, Agreement, Audited, Cell, fit_rates, share_bad_given

HAIKU, OPUS = Cell("qa", "haiku", "success"), Cell("qa", "opus", "success")


def looks(cell: Cell, bad: int, good: int, judge: str = "small/2", chance: float = 0.5) -> list[Audited]:
    return [Audited(cell, is_bad, chance, judge) for is_bad in [True] * bad + [False] * good]


def share(audited: list[Audited], cell: Cell, *others: Cell, **agreement: Agreement) -> float:
    rates = fit_rates(audited, [cell, *others], agreement)
    return float(rates.mean()[rates.cells.index(cell)])


def test_without_audits_the_labelled_homes_speak() -> None:
    explore = share([], Cell("Explore", "haiku", "success"))
    assert explore == pytest.approx(0.067, abs=0.02)
    assert share([], OPUS) == pytest.approx(0.0125, abs=0.005)
    assert share([], OPUS) < share([], HAIKU) < explore
    assert share([], Cell("qa", "opus", "doubted")) > 5 * share([], OPUS)


def test_audits_win_over_the_prior_and_teach_of_others() -> None:
    audited = looks(HAIKU, 20, 60)
    assert share(audited, HAIKU) == pytest.approx(0.28, abs=0.06), "a judge finds 85 of 100"
    elsewhere = Cell("reviewer", "haiku", "success")
    assert share(audited, elsewhere) > 2 * share([], elsewhere)
    assert share(audited, elsewhere) < share(audited, HAIKU)


def test_a_person_is_believed_more_than_a_judge() -> None:
    assert share(looks(HAIKU, 2, 98, PERSON), HAIKU) == pytest.approx(0.02, abs=0.01)
    assert share_bad_given(True, 0.02, PERSON) > share_bad_given(True, 0.02, "small/2") > 0.5
    assert share_bad_given(False, 0.02, "small/2") < 0.01


def test_a_judge_that_people_contradict_is_trusted_less() -> None:
    audited = looks(HAIKU, 8, 92)
    kept = fit_rates(audited, [HAIKU]).mean()[0]
    found_out = fit_rates(audited, [HAIKU], {"small/2": Agreement(both_bad=1, judge_only=9, both_good=60)}).mean()[0]
    assert found_out < 0.7 * kept


def test_what_was_likely_to_be_drawn_counts_less() -> None:
    bad, good = looks(HAIKU, 20, 0, PERSON, 0.8), looks(HAIKU, 0, 20, PERSON, 0.1)
    assert share(bad + good, HAIKU) == pytest.approx(20 / 0.8 / (20 / 0.8 + 20 / 0.1), abs=0.07)


def test_more_audits_let_outcomes_count_for_more() -> None:
    before, after = fit_rates([], [OPUS]).limits()[0], fit_rates(looks(OPUS, 2, 198), [OPUS]).limits()[0]
    assert after > before


def test_a_limit_is_not_moved_by_chance() -> None:
    others = [[Cell(f"agent {number}", "opus", "success") for number in range(count)] for count in range(12)]
    rates = [fit_rates([], [OPUS, *cells]) for cells in others]
    limits = [float(each.limits()[each.cells.index(OPUS)]) for each in rates]
    assert max(limits) < 1.3 * min(limits)


def test_corrected_rates_cover_both_kinds_of_error() -> None:
    failure = Cell("qa", "opus", "failure")
    draws = fit_rates([], [OPUS, failure]).corrected({OPUS: 90, failure: 10})
    assert 0.85 < draws.mean() < 0.95
    assert np.quantile(draws, 0.05) < draws.mean() < np.quantile(draws, 0.95)


def test_the_draw_is_as_likely_as_it_says_and_never_zero() -> None:
    source, size = np.random.default_rng(1), np.array([1.0] * 30 + [0.2] * 30 + [1e-9])
    seen, expected = np.zeros(len(size)), np.zeros(len(size))
    for _ in range(3_000):
        number = source.random(len(size))
        taken, threshold = drawn(number, size, 12)
        seen[taken] += 1 / probability(size[taken], threshold)
        expected += 1
    assert seen[:30].sum() / expected[:30].sum() == pytest.approx(1, abs=0.02)
    assert seen[30:60].sum() / expected[30:60].sum() == pytest.approx(1, abs=0.04)
    assert probability(size, 1e-3).min() > 0


def test_a_spawns_number_is_its_own_for_good() -> None:
    numbers = [number_of(UUID(int=n)) for n in range(1_000)]
    assert numbers == [number_of(UUID(int=n)) for n in range(1_000)]
    assert np.mean(numbers) == pytest.approx(0.5, abs=0.05)
    assert 0 < min(numbers) < max(numbers) < 1


def test_the_draw_prefers_doubt_stake_and_ignorance() -> None:
    more = [Cell(agent, "opus", "success") for agent in ("rich", "known")]
    cells = [HAIKU, Cell("qa", "haiku", "doubted"), OPUS, *more]
    rates = fit_rates(looks(cells[4], 0, 40), cells)
    order = [rates.cells.index(cell) for cell in cells]
    stake, audited = np.array([1.0, 1, 1, 50, 1]), np.array([0.0, 0, 0, 0, 40])
    place = np.repeat(np.arange(5), 20)
    haiku, doubted, opus, rich, known = sizes_of(cells, place, rates.mean()[order], stake, audited)[::20]
    assert doubted > haiku
    assert rich > opus > known
