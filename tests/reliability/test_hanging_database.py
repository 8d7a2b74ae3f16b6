import subprocess
import sys
from pathlib import Path


def test_giving_up_a_database_that_never_ends_crashes_nobody() -> None:
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.reliability.trickling_server"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
