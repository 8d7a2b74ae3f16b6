"""A database that goes away in the middle of the work: wait for it, and go on."""

from rich.console import Console
from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_exponential, wait_random

from pipelines.settings import Settings
from pipelines.warehouse import DatabaseUnavailableError

MOST_TRIES = 10
LONGEST_WAIT_S = 60


def waiting_for_the_database(settings: Settings, console: Console) -> Retrying:
    """Return what calls a function again, ever later, where it lost its database: finished work is not repeated.

    A server that does not answer at the first try is an error at once, unless it says that it is starting or full, or
    is the embedded one, which was started a moment ago and is started again.
    """

    def is_worth_it(state: RetryCallState) -> bool:
        fault = state.outcome.exception() if state.outcome else None
        if not isinstance(fault, DatabaseUnavailableError):
            return False
        is_started_again = fault.passes is None and settings.database_url is None
        return fault.passes or is_started_again or state.attempt_number > 1

    def is_enough(state: RetryCallState) -> bool:
        return state.idle_for + state.upcoming_sleep > settings.database_patience_s

    def tell(state: RetryCallState) -> None:
        fault = state.outcome.exception() if state.outcome else None
        console.print(f"{fault} Trying again in {state.upcoming_sleep:.0f} s.")

    return Retrying(
        retry=is_worth_it,
        wait=wait_exponential(multiplier=0.5, max=LONGEST_WAIT_S) + wait_random(0, 1),
        stop=lambda state: is_enough(state) or stop_after_attempt(MOST_TRIES)(state),
        before_sleep=tell,
        reraise=True,
    )
