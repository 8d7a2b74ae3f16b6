"""The hook as Claude Code runs it: a new process for each spawn, from its start to its answer."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from tests.benchmarks.lookup.material import AGENTS, tasks
from tests.benchmarks.lookup.measures import Measure, latencies_ms, spread

CASE = "cold hook process"
RUNS = 200
HOOK = "import sys; from recommender.cli import main; sys.exit(main(['hook', 'pre-spawn', '--mode', 'enforce']))"
# What no lookup can do without: Python, numpy, and the tokenizer read from its file.
FLOOR = """
import importlib.util, json, sys
import numpy
from tokenizers import Tokenizer
folder = importlib.util.find_spec("wordllama").submodule_search_locations[0]
Tokenizer.from_file(folder + "/tokenizers/l2_supercat_tokenizer_config.json")
json.load(sys.stdin)
"""


def measure() -> Iterator[Measure]:
    """Measure hook and floor in turns, so that both meet the same machine."""
    source = tasks(seed=2)
    hook, floor, learned = [], [], 0
    for _ in range(RUNS):
        said = _event(next(source))
        answers: list[bytes] = []
        hook += latencies_ms(lambda said=said, answers=answers: answers.append(_run(HOOK, said)), 1)  # type: ignore[misc]
        floor += latencies_ms(lambda said=said: _run(FLOOR, said), 1)  # type: ignore[misc]
        learned += b"haiku did 27 of 28 well" in answers[0] or b"by 28 known outcomes" in answers[0]
    yield from spread(CASE, "spawnwise", hook)
    yield from spread(CASE, "floor", floor)
    yield Measure(CASE, "spawnwise", "answers_from_evidence", f"{learned} of {RUNS}")
    ratio = sorted(hook)[RUNS // 2] / sorted(floor)[RUNS // 2]
    yield Measure(CASE, "spawnwise", "median_over_floor", round(ratio, 2))


def _run(code: str, said: bytes) -> bytes:
    command: Sequence[str] = (sys.executable, "-c", code)
    return subprocess.run(command, input=said, capture_output=True, check=True).stdout


def _event(task: str) -> bytes:
    given = {"description": task[:40], "prompt": task, "subagent_type": AGENTS[0]}
    return json.dumps({"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": given}).encode()
