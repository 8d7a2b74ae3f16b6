from pipelines.publish.report.headline import headline
from tests.report_facts import hostile_facts, recommendation, span

SAVING = {
    "window_days": 30,
    "cost_usd": 10.0,
    "possible_saving_usd": 4.0,
    "possible_saving_low_usd": 3.0,
    "possible_saving_high_usd": 5.0,
    "cheaper_saving_usd": 4.0,
    "stronger_cost_usd": 0.0,
    "count_followed": 0,
    "count_followed_failures": 0,
    "realised_saving_usd": None,
    "realised_saving_low_usd": None,
    "realised_saving_high_usd": None,
}


def told(section: str, **facts: object) -> list[str]:
    return [sentence.text for sentence in headline(hostile_facts(**facts)) if sentence.section == section]


def savings_told(**changes: object) -> list[str]:
    return told("costs", tables={"savings": [SAVING | changes, SAVING | {"window_days": 7}]})


def test_a_possible_saving_is_told_with_its_interval_for_the_main_window_alone() -> None:
    assert savings_told() == [
        "As recommended, the 30 days to 2 Jan 2026 would have cost $4.00 less ($3.00 to $5.00) of $10.00."
    ]


def test_what_a_stronger_model_costs_is_not_hidden_in_the_sum() -> None:
    more = savings_told(
        possible_saving_usd=-1.0, possible_saving_low_usd=-2.0, possible_saving_high_usd=0.5, stronger_cost_usd=5.0
    )
    assert more == [
        "As recommended, the 30 days to 2 Jan 2026 would have cost $4.00 less where a cheaper model is enough, "
        "and $5.00 more where a stronger one than ran is advised: in sum $1.00 more "
        "(\N{MINUS SIGN}$0.50 to $2.00) of $10.00."
    ]


def test_a_realised_loss_is_called_a_loss() -> None:
    lost = savings_told(possible_saving_usd=None, realised_saving_usd=-2.5, count_followed=4, count_followed_failures=2)
    assert lost == ["Advice that was followed lost $2.50 in 4 spawns, 2 of which failed."]


def test_the_first_run_has_nothing_to_compare_with() -> None:
    assert told("time", previous=None)[0].startswith("First run: 10 spawns of 2 agents, 1 Jan 2026 to 2 Jan 2026.")


def test_changed_advice_is_told_one_by_one_and_then_counted() -> None:
    change = {"change": "changed", "previous_model": "sonnet"}
    changes = [recommendation(agent_name=f"a{number}", **change) for number in range(6)]
    changes += [recommendation(change="new"), recommendation(change="gone")]
    sentences = told("recommendations", tables={"changes": changes}) + told("changes", tables={"changes": changes})
    assert sentences[0] == "a0 on “tests, pytest”: sonnet → haiku. haiku is enough."
    assert sentences[-1] == "Of the published answers 2 changed besides, 1 new and 1 gone."
    assert len(sentences) == 5


def test_an_unchanged_night_says_so() -> None:
    nothing = {"count_spawns": 0, "count_successes": 0, "count_failures": 0, "count_unknown": 0, "cost_usd": None}
    assert told("time", new_spawns=nothing) == ["No new spawns since 2 Jan 2026, 02:00 UTC."]
    assert told("recommendations", tables={}) == ["No published answer has changed since."]


def test_unknown_outcomes_are_told() -> None:
    assert told("quality", tables={}, span=span() | {"count_unknown": 6}) == [
        "60% of outcomes are unknown (never counted as success)."
    ]
