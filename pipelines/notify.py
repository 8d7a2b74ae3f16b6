"""Word of a failed run or check: to a webhook, by mail, to the desktop, or wherever else Apprise can send it."""

import logging
import platform
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipelines.settings import Settings
from pipelines.warehouse.faults import without_rows
from recommender.text.redaction import redact

if TYPE_CHECKING:
    import dagster as dg

MOST_CHARACTERS = 1_500
STANDS = "Lookups go on with the answers that were published last. `spawnwise doctor` looks at every piece."
NOT_SENT = (
    "Word of it could not be sent to {count} of the {total} addresses in SPAWNWISE_NOTIFY. "
    "`spawnwise schedule test` sends a notice, to try them."
)


class Notice(NamedTuple):
    """What a person is told away from the terminal; it quotes no row of the database and no secret."""

    title: str
    text: str


def failed_run(reasons: Sequence[str], what: str = "run") -> Notice:
    """Return the notice of a run, or of a push, that failed."""
    return _notice(f"Spawnwise: the nightly {what} failed on {platform.node()}", reasons)


def failed_checks(evaluations: Iterable["dg.AssetCheckEvaluation"]) -> Notice | None:
    """Return the notice of a run whose checks failed without ending it, None where none did."""
    failed = sorted({f"{one.asset_key.to_user_string()}: {one.check_name}" for one in evaluations if not one.passed})
    if not failed:
        return None
    count = f"{len(failed)} checks" if len(failed) > 1 else "a check"
    return _notice(f"Spawnwise: {count} failed on {platform.node()}", failed)


def _notice(title: str, reasons: Sequence[str]) -> Notice:
    words = redact(without_rows("\n".join(reasons)))
    cut = words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS]} ..."
    return Notice(title, f"{cut}\n\n{STANDS}")


def send(settings: Settings, notice: Notice) -> str:
    """Send a notice to every address of the settings; return what could not be done, empty where all were reached."""
    if not settings.notify:
        return ""
    from apprise import Apprise, NotifyType  # imported late: it knows a hundred services

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it quotes addresses, passwords and all
    failed = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports for services that nobody named
        for address in settings.notify:
            sender = Apprise()
            is_sent = sender.add(address.get_secret_value()) and sender.notify(
                title=notice.title, body=notice.text, notify_type=NotifyType.FAILURE
            )
            failed += not is_sent
    return NOT_SENT.format(count=failed, total=len(settings.notify)) if failed else ""
