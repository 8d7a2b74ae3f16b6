from pathlib import Path
from typing import Any

from tests.support.transcripts import Transcript


def test_how_a_spawn_went_is_known_as_soon_as_it_is_read(tmp_path: Path, ingest: Any, tasks: Any) -> None:
    log = Transcript()
    log.spawn("toolu_good")
    log.result("toolu_good", status="completed", agentId="a1b2c3d")
    log.says("Good.")
    log.spawn("toolu_open", "Paint the shed and count the tins of paint.", description="Paint the shed")
    log.write(tmp_path)
    ingest(tmp_path)
    assert {key: row["success"] for key, row in tasks().items()} == {"toolu_good": True, "toolu_open": None}
    assert tasks()["toolu_good"]["outcome_evidence"]


def test_a_spawn_that_is_given_out_again_has_failed_though_its_own_row_stays(
    tmp_path: Path, ingest: Any, tasks: Any, signals: Any
) -> None:
    log = Transcript()
    log.spawn("toolu_first")
    log.result("toolu_first", status="completed", agentId="a1b2c3d")
    log.write(tmp_path)
    ingest(tmp_path)
    before = tasks()["toolu_first"]["success"]
    log.spawn("toolu_again")
    log.write(tmp_path)
    ingest(tmp_path)
    assert "respawned" in " ".join(signals("toolu_first"))
    assert (before, tasks()["toolu_first"]["success"]) == (True, False)
