"""When a trial is worth starting, and when it ends: the same rule for the night and for the replay of benchmarks.

The numbers were chosen by replaying public outcomes (`make bench-trials`).
"""

from typing import NamedTuple

from recommender.decision import Claims, Rule
from recommender.trials import SAFE_SUCCESS

ADOPT_OUTCOMES = 8  # known ones of the candidate in the trial itself
START_OUTCOMES = 10  # known outcomes of the baseline, or of cheaper models of its vendor, in the scope
START_WORTH = 0.25  # probability that the candidate is worth it
DROP_WORTH = 0.2
KEEP_WORTH = 0.5  # after adoption: below, the baseline comes back
MOST_OUTCOMES = 30  # known ones of the candidate, after which the trial ends undecided
PLAIN_FAILURES, PLAIN_OUTCOMES = 2, 3  # so many failures among the candidate's first outcomes pause a trial
FORGIVEN = 1  # failures of the candidate that do not yet end its trial
OWN_PRIOR = 4.0  # outcomes that the expected success of the candidate is worth beside those of the trial
CANDIDATE_SHARE = 0.5
HOLD_OUT = 0.05
REST_DAYS = 90  # after its end, before the same trial is proposed again
NIGHT_CAP = 10  # candidate spawns between two nights

ENDED = ("dropped", "undecided", "withdrawn", "stopped")
ACTIVE = ("running", "paused", "adopted")


class Seen(NamedTuple):
    """What a trial has shown of the candidate: known outcomes, failures among them, and among the first few.

    One that a person has resumed is not paused for these again.
    """

    outcomes: int
    failures: int
    first_failures: int
    is_resumed: bool = False


class Outlook(NamedTuple):
    """What all the evidence says of the candidate now, against the baseline.

    `worth` is the probability of a positive net benefit; success of both is expected; `cost_ratio` too.
    """

    worth: float
    success: float
    baseline_success: float
    cost_ratio: float


class Verdict(NamedTuple):
    """The state that a trial goes to, and why in one sentence."""

    state: str
    reason: str


def may_start(known_outcomes: float, baseline_success: float, worth: float) -> bool:
    """Tell whether a trial is worth starting: the work is known, the baseline does it well, and saving is likely."""
    return known_outcomes >= START_OUTCOMES and baseline_success >= SAFE_SUCCESS and worth >= START_WORTH


def outlook_of(claims: Claims, row: int, *, candidate: int, baseline: int) -> Outlook:
    """Take the outlook of a scope from what is claimed of it."""
    return Outlook(
        float(claims.worth[row, candidate]),
        float(claims.success[row, candidate]),
        float(claims.success[row, baseline]),
        float(claims.cost_ratio[row, candidate]),
    )


def shows_benefit(seen: Seen, outlook: Outlook, rule: Rule, forgiven: int = 0) -> bool:
    """Tell whether the trial's own outcomes say that the candidate pays, with little help from elsewhere.

    What a small model lacks may show in one kind of work alone, and the evidence of other kinds would outvote it. So
    many failures are `forgiven` as bad luck.
    """
    good = seen.outcomes - max(0, seen.failures - forgiven)
    success = (good + OWN_PRIOR * outlook.success) / (seen.outcomes + OWN_PRIOR)
    return 1 - outlook.cost_ratio - rule.failure_cost * (outlook.baseline_success - success) > 0


def verdict(state: str, seen: Seen, outlook: Outlook, rule: Rule) -> Verdict | None:
    """Return what a running or an adopted trial becomes; None where it goes on as it is."""
    worth, pays = outlook.worth, shows_benefit(seen, outlook, rule)
    runs = f"{seen.outcomes - seen.failures} of {seen.outcomes} runs succeeded"
    if state == "adopted" and (worth < KEEP_WORTH or not pays):
        return Verdict("withdrawn", f"It was adopted, and no longer pays: {runs}.")
    if state != "running" or not seen.outcomes:
        return None
    ends = {
        "adopted": seen.outcomes >= ADOPT_OUTCOMES and worth >= rule.required_probability and pays,
        "paused": seen.first_failures >= PLAIN_FAILURES and not seen.is_resumed,
        "dropped": worth <= DROP_WORTH or not shows_benefit(seen, outlook, rule, FORGIVEN),
        "undecided": seen.outcomes >= MOST_OUTCOMES,
    }
    why = {
        "adopted": f"{runs}; it is worth it with {worth:.0%} probability.",
        "dropped": f"{runs}: it does not pay, or only with {worth:.0%} probability.",
        "paused": f"{seen.first_failures} of its first {PLAIN_OUTCOMES} runs failed.",
        "undecided": f"{runs}, which is too little to adopt or to drop it.",
    }
    return next((Verdict(end, why[end]) for end, is_so in ends.items() if is_so), None)
