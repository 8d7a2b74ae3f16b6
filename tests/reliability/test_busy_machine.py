import os
import subprocess
import sys
from pathlib import Path

from recommender.home import snapshot_file
from recommender.snapshot_file import write_snapshot
from tests.support.snapshots import TESTING, learned_snapshot

ROOT = Path(__file__).parents[2]
BUSY_LOOPS = 10
SCRIPT = """
import sys
from recommender import recommend

for _ in range(6):
    print(recommend(sys.argv[1], "QA_TESTER").source)
"""


def test_a_script_gets_learned_answers_on_a_busy_machine() -> None:
    write_snapshot(snapshot_file(), learned_snapshot())
    environment = {name: value for name, value in os.environ.items() if name != "SPAWNWISE_DEADLINE_MS"}
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)]
    try:
        command = [sys.executable, "-c", SCRIPT, TESTING]
        told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert told.split() == ["cluster"] * 6
