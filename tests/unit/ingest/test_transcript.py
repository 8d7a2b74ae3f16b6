"""What a reader takes from an agent's own log."""

from pathlib import Path

import pytest

from pipelines.ingest.facts import Facts, join, payload
from pipelines.ingest.files.log_file import Origin
from pipelines.ingest.fold import fold
from pipelines.ingest.sources.claude_code.transcript import TranscriptReader
from tests.support.transcripts import Transcript


def _read(log: Transcript) -> Facts:
    reader = TranscriptReader(Origin(Path("agent-a1.jsonl"), modified_ms=1, agent_id="a1"), {})
    for number, record in enumerate(log.lines, 1):
        reader.read(number, record)
    facts: dict[str, Facts] = {}
    fold(reader.take(), facts)
    return join(*facts.values())


@pytest.mark.parametrize("has_times", [True, False])
def test_an_agent_that_goes_on_after_an_outage_has_not_broken_off(has_times: bool) -> None:
    log = Transcript()
    log.says("API Error: 529 overloaded", isApiErrorMessage=True)
    if has_times:
        assert payload(_read(log), "last")["outage"] == "api_error"
    log.says("Now I have it.")
    if not has_times:
        for record in log.lines:
            del record["timestamp"]
    assert payload(_read(log), "last")["signal"] == "result_returned"
