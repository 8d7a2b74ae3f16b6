"""What the main conversation takes beside its spawns: each message once, in whatever copies, files and nights."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.warehouse import Warehouse
from tests.support.transcripts import HAIKU, SESSION, Transcript, variant_c, write_home

OTHER = "1d5f8a52-6f2e-4b43-8a30-1f0b6d1f7a01"
# Of Opus 4.6 by Anthropic's list: 100 tokens of input, 1,000 read from the cache, 200 written to it; then the output.
PROMPT_USD, OUTPUT_USD = 100 * 5e-6 + 1_000 * 0.5e-6 + 200 * 6.25e-6, 25e-6
ROWS = """
select thread.session_id, thread.project, message.model, count(*)::integer, sum(message.output_tokens)::integer,
    sum(message.cost_usd)
from learning.main_messages as message inner join learning.main_threads as thread using (thread_id)
group by 1, 2, 3 order by 1, 2, 3
"""


def main(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(ROWS).fetchall()


def told(*outputs: int) -> Transcript:
    """A conversation whose messages have an id of Anthropic's own."""
    log = Transcript()
    for number, output in enumerate(outputs):
        log.says("Reading.", output=output, message_id=f"msg_01{number:0>22}", requestId=f"req_{number}")
    return log


def test_the_main_conversation_is_counted_without_its_children(
    tmp_path: Path, warehouse: Warehouse, ingest: Any
) -> None:
    files = variant_c()  # a call, a child's messages in progress lines, and the parent's last words
    files[""].says("Read.", isSidechain=True, agentId="a1b2c3d", model=HAIKU)
    files[""].says("API Error", model="<synthetic>")
    write_home(tmp_path, files)
    ingest(tmp_path)
    ((session, project, model, count, output, cost),) = main(warehouse)
    assert (session, project, model, count, output) == (SESSION, "/home/somebody/orchard", "opus", 2, 100)
    assert cost == pytest.approx(2 * (PROMPT_USD + 50 * OUTPUT_USD))


def test_a_message_is_counted_once_as_it_was_written_last(tmp_path: Path, warehouse: Warehouse, ingest: Any) -> None:
    log = told(2)
    log.lines[0]["message"]["stop_reason"] = None
    path = log.write(tmp_path)
    ingest(tmp_path)
    path.write_bytes(path.read_bytes() + told(70).content() + told(70, 30).content())
    ingest(tmp_path)
    assert main(warehouse)[0][3:5] == (2, 100)


def test_what_an_unfinished_message_shows_is_its_least_output(
    tmp_path: Path, warehouse: Warehouse, ingest: Any
) -> None:
    log = told(1)
    log.lines[0]["message"] |= {"stop_reason": None, "content": [{"type": "text", "text": "x" * 370}]}
    log.write(tmp_path)
    ingest(tmp_path)
    assert main(warehouse)[0][4] == 100
    with warehouse.connect() as connection:
        row = connection.execute("select estimated_cost_usd, is_cost_complete from learning.main_messages").fetchone()
    assert row is not None
    assert (row[0], row[1]) == (pytest.approx(100 * OUTPUT_USD), False)


@pytest.mark.parametrize("is_copy_first", [False, True])
def test_a_resumed_session_counts_what_is_new_in_it(
    tmp_path: Path, warehouse: Warehouse, ingest: Any, is_copy_first: bool
) -> None:
    original, resumed = told(10, 20), told(10, 20, 40)
    for line in resumed.lines:
        line["sessionId"] = OTHER
    logs = {original.content(): f"{SESSION}.jsonl", resumed.content(): f"{OTHER}.jsonl"}
    for content, name in sorted(logs.items(), key=lambda log: log[1], reverse=is_copy_first):
        path = original.write(tmp_path, name)
        path.write_bytes(content)
        ingest(path)
    assert [(row[0], row[3], row[4]) for row in main(warehouse)] == [(SESSION, 2, 30), (OTHER, 1, 40)]


def test_a_fork_s_copies_are_of_the_session_that_they_were_copied_from(
    tmp_path: Path, warehouse: Warehouse, ingest: Any
) -> None:
    fork = told(10, 20)
    fork.lines[0] |= {"sessionId": OTHER, "forkedFrom": {"sessionId": SESSION, "messageUuid": "u"}}
    fork.lines[1] |= {"sessionId": OTHER}
    fork.write(tmp_path, f"{OTHER}.jsonl")
    told(10).write(tmp_path)
    ingest(tmp_path)
    assert [(row[0], row[3], row[4]) for row in main(warehouse)] == [(SESSION, 1, 10), (OTHER, 1, 20)]


def test_a_proxy_that_gives_every_message_one_id_is_no_reason_to_count_one(
    tmp_path: Path, warehouse: Warehouse, ingest: Any
) -> None:
    log = Transcript()
    for _ in range(3):
        log.user("Go on")
        log.says("Reading.", message_id="chatcmpl-0")
    log.write(tmp_path)
    ingest(tmp_path)
    assert main(warehouse)[0][3] == 3


def test_each_message_is_of_the_folder_in_which_the_session_then_worked(
    tmp_path: Path, warehouse: Warehouse, ingest: Any
) -> None:
    log = told(1, 2, 4)
    log.lines[1]["cwd"] = log.lines[2]["cwd"] = "/elsewhere/harbor"
    log.write(tmp_path)
    ingest(tmp_path)
    assert [(row[1], row[4]) for row in main(warehouse)] == [("/elsewhere/harbor", 6), ("/home/somebody/orchard", 1)]


def test_a_compaction_is_its_sessions_expense(tmp_path: Path, warehouse: Warehouse, ingest: Any) -> None:
    log, compaction = told(10), Transcript()
    compaction.user("Summarize.", isSidechain=True, agentId="acompact-1")
    compaction.says("Sums.", output=500, isSidechain=True, agentId="acompact-1", message_id="msg_01" + "9" * 22)
    write_home(tmp_path, {"": log, "acompact-1": compaction})
    ingest(tmp_path)
    assert [row[3:5] for row in main(warehouse)] == [(2, 510)]
