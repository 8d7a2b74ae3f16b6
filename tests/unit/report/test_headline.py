from datetime import timedelta

from pipelines.publish.report.headline import headline
from recommender.hooks.hook_log import log_error
from tests.support.report_facts import NIGHT, hostile_facts, proven, recommendation, span, trial


def told(section: str, **facts: object) -> list[str]:
    return [sentence.text for sentence in headline(hostile_facts(**facts)) if sentence.section == section]


def test_the_headline_begins_with_what_changed_then_trials_then_proof() -> None:
    sections = [sentence.section for sentence in headline(hostile_facts())]
    assert list(dict.fromkeys(sections))[:3] == ["recommendations", "trials", "proof"]


def test_a_proposed_trial_is_told_with_its_money_its_risk_and_its_command() -> None:
    assert told("trials", tables={"trials": [trial()]}) == [
        "Worth a trial, $12.40 a month at stake: tester: Write tests, haiku in place of opus, worth it with 72% "
        "probability. Expected success: 2.1 points lower (90% interval: 0.4 higher to 6 lower); about 24 spawns will "
        "decide. Start it: "
        "spawnwise trial start tester-test-haiku"
    ]
    many = [trial(trial_id=str(number)) for number in range(5)]
    assert told("trials", tables={"trials": many})[-1] == "2 more trials are proposed."


def test_what_new_spawns_cost_is_told_with_the_part_that_is_estimated() -> None:
    new = hostile_facts().new_spawns
    assert "they cost $0.50 as far as" in told("time", new_spawns=new)[0]
    assert (
        "they cost $0.50 (20% of it estimated) as far as"
        in told("time", new_spawns=new | {"estimated_cost_usd": 0.1})[0]
    )


def test_running_paused_and_newly_ended_trials_are_told() -> None:
    seen = {"candidate_spawns": 7, "baseline_spawns": 6, "candidate_known": 6, "candidate_success_rate": 5 / 6}
    ended = {"state": "dropped", "reason": "2 of 6 runs succeeded."}
    trials = [
        trial(state="running", **seen),
        trial(state="paused", reason="2 of its first 3 runs failed."),
        trial(**ended, ended_at=NIGHT + timedelta(hours=1)),
        trial(**ended, ended_at=NIGHT - timedelta(hours=1)),
    ]
    assert told("trials", tables={"trials": trials}) == [
        "On trial: tester: Write tests, haiku in place of opus: 13 of about 24 spawns so far, haiku succeeded in 5 of "
        "6.",
        "Paused: tester: Write tests, haiku in place of opus. 2 of its first 3 runs failed.",
        "tester: Write tests, haiku in place of opus: dropped on 2 Jan 2026. 2 of 6 runs succeeded.",
    ]


def tones(section: str, **facts: object) -> list[str]:
    return [sentence.tone for sentence in headline(hostile_facts(**facts)) if sentence.section == section]


def test_proof_is_told_with_its_interval_and_a_loss_is_called_a_loss() -> None:
    assert told("proof", tables={"proven": [proven()]}) == [
        "Proven: Saved $12.00 to date (90% interval $8.00 to $16.00) in 40 spawns drawn for a cheaper model. Success "
        "there: 2 points lower (90% interval: 10 lower to 6 higher)."
    ]
    lost = proven(saving_usd=-12.0, saving_low_usd=-16.0, saving_high_usd=-8.0, extra_failures_low=None)
    assert told("proof", tables={"proven": [lost]}) == [
        "Proven: Lost $12.00 to date (90% interval $8.00 to $16.00) in 40 spawns drawn for a cheaper model."
    ]
    open_ = proven(saving_low_usd=-1.0)
    assert [tones("proof", tables={"proven": [row]}) for row in (proven(), lost, open_)] == [
        ["good"],
        ["bad"],
        ["plain"],
    ]
    assert "not certain yet" in told("proof", tables={"proven": [open_]})[0]


def test_without_a_comparison_nothing_is_claimed() -> None:
    assert told("proof", tables={}) == ["Proven: Nothing yet: no trial has run."]
    too_few = proven(saving_usd=5.0, saving_low_usd=None, saving_high_usd=None)
    assert told("proof", tables={"proven": [too_few]}) == [
        "Proven: Nothing yet: the running trials have too few spawns to compare."
    ]


def test_the_first_run_has_nothing_to_compare_with() -> None:
    assert told("time", previous=None)[0].startswith("First run: 10 spawns of 2 agents, 1 Jan 2026 to 2 Jan 2026.")


def test_changed_advice_is_told_one_by_one_and_then_counted() -> None:
    change = {"change": "changed", "previous_model": "sonnet"}
    changes = [recommendation(agent_name=f"a{number}", **change) for number in range(6)]
    changes += [recommendation(change="new"), recommendation(change="gone")]
    sentences = told("recommendations", tables={"changes": changes}) + told("changes", tables={"changes": changes})
    assert sentences[0] == "a0 on “tests, pytest”: sonnet → haiku. haiku is enough."
    assert sentences[-1] == "Published answers: 2 more changed, 1 new and 1 gone."
    assert len(sentences) == 5


def test_the_first_run_tells_which_answers_change_a_model() -> None:
    kept = recommendation(is_change=False)
    answers = {"recommendations": [recommendation(), kept]}
    assert told("recommendations", previous=None, tables=answers) == [
        "tester on “tests, pytest”: sonnet → haiku. haiku is enough."
    ]
    assert told("recommendations", previous=None, tables={"recommendations": [kept]}) == [
        "No answer changes the model yet."
    ]


def test_a_change_of_effort_alone_reads_as_one() -> None:
    efforts = {"baseline_model": "opus", "baseline_effort": "high", "model": "opus", "effort": "low"}
    changes = [recommendation(**efforts, change="changed", previous_model="opus", previous_effort="high")]
    assert told("recommendations", tables={"changes": changes})[0].startswith(
        "tester on “tests, pytest”: opus at high effort → opus at low effort."
    )
    assert told("recommendations", previous=None, tables={"recommendations": changes})[0].startswith(
        "tester on “tests, pytest”: opus at high effort → opus at low effort."
    )


def test_an_unchanged_night_says_so() -> None:
    nothing = {"count_spawns": 0, "count_successes": 0, "count_failures": 0, "count_unknown": 0, "cost_usd": None}
    assert told("time", new_spawns=nothing) == ["No new spawns since 2 Jan 2026, 02:00 UTC."]
    assert told("recommendations", tables={}) == ["No published answer has changed since the last run."]


def test_unknown_outcomes_are_told() -> None:
    assert told("quality", tables={}, span=span() | {"count_unknown": 6}) == [
        "60% of outcomes are unknown (never counted as success)."
    ]


def test_spawns_that_went_without_advice_are_told() -> None:
    log_error(ValueError("x"))
    assert "1 hook failed in the last 7 days; `hook.log` in the data folder says when and why." in told("quality")
